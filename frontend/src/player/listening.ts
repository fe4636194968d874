/** Recordings in lists: pressing "Listen" shows a player under the row or entry. */
import { element, part } from '../ui/dom.ts'
import { playedBy, putInto } from './played.ts'

/** Show a recording under its row or entry, or hide it again. */
export function toggleListening(button: HTMLElement): void {
  const row = button.closest('tr')
  const entry = row ?? button.closest('.recording-cell')
  if (!entry) return
  const open = entry.nextElementSibling?.classList.contains('listening') ? entry.nextElementSibling : null
  button.setAttribute('aria-expanded', String(!open))
  if (open) {
    open.remove()
    return
  }
  const player = document.createElement('or-player')
  putInto(player, playedBy(button))
  entry.after(row ? listeningRow(row, player) : listeningBlock(player))
  void (player as HTMLElement & { play(): Promise<void> }).play()
}

function listeningRow(row: HTMLTableRowElement, player: HTMLElement): HTMLElement {
  // Table rows can only be parsed inside a table.
  const table = element(`<table><tr class="listening"><td colspan="${row.cells.length}"></td></tr></table>`)
  part(table, 'td').append(player)
  return part(table, 'tr')
}

function listeningBlock(player: HTMLElement): HTMLElement {
  const block = element('<div class="listening"></div>')
  block.append(player)
  return block
}
