import { element, part } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { areOn, readable, shortcutOf, SHORTCUTS, show, switchOn, type Shortcut } from './shortcuts.ts'
import type { Dialer } from './dialer.ts'

/** Shortcuts that work even while a dialog is open, so that a call can always be controlled. */
const ALWAYS = new Set<Shortcut>(['record', 'mute', 'hang-up'])

function list(): HTMLDialogElement {
  const dialog = element<HTMLDialogElement>(`
    <dialog class="dk-keys" aria-labelledby="dk-keys-heading">
      <div class="dk-keys-head"><h2 id="dk-keys-heading">Keyboard shortcuts</h2>
        <button type="button" class="quiet" data-close aria-label="Close" title="Close">${icon('x')}</button></div>
      <dl></dl>
      <label class="check"><input type="checkbox"> <span>Use these shortcuts in this browser</span></label>
    </dialog>`)
  for (const { keys, says } of SHORTCUTS) {
    part(dialog, 'dl').append(element(`<div><dt>${says}</dt><dd><kbd>${readable(keys)}</kbd></dd></div>`))
  }
  const check = part<HTMLInputElement>(dialog, 'input')
  check.checked = areOn()
  check.addEventListener('change', () => switchOn(check.checked))
  return dialog
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]')
}

function search(dialer: Dialer): void {
  const field = document.querySelector<HTMLInputElement>('#main input[type=search]')
  if (field) field.focus()
  else dialer.enter()
}

/** Handle the shortcuts and show their list: by its key or, even if shortcuts are off, from the user's menu. */
export function startShortcuts(dialer: Dialer): void {
  const dialog = list()
  document.body.append(dialog)
  show()
  document.addEventListener('click', (event) => {
    const target = event.target as Element
    if (target.closest('[data-shortcuts]')) dialog.showModal()
    if (target.closest('[data-to-dialer]')) {
      event.preventDefault()
      dialer.enter()
    }
  })
  document.addEventListener('keydown', (event) => {
    const action = areOn() && !event.defaultPrevented ? shortcutOf(event, isTyping(event.target)) : null
    if (!action || (document.querySelector('dialog[open]') && !ALWAYS.has(action))) return
    event.preventDefault()
    if (action === 'list') dialog.showModal()
    else if (action === 'search') search(dialer)
    else dialer.take(action)
  })
}
