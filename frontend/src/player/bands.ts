import { attribute, element, part, text } from '../ui/dom.ts'
import { clock } from '../ui/format.ts'
import type { Range } from './peaks.ts'

/** Draw hatched bands over the waveform where there is no sound, with the reason: paused or lost. `total` is in seconds. */
export function drawBands(place: HTMLElement, paused: readonly Range[], lost: readonly Range[], total: number): void {
  place.replaceChildren(
    ...paused.map((range) => band(range, total, 'Paused', `Not recorded ${clock(range.start * 1000)} to ${clock(range.end * 1000)}`)),
    ...lost.map((range) => {
      const made = band(range, total, '', `${lostFor(range)} at ${clock(range.start * 1000)}`)
      made.classList.add('lost')
      return made
    }),
  )
}

/** Draw the labels under the waveform, since most bands are too narrow for text. */
export function drawLostLabels(place: HTMLElement, lost: readonly Range[], total: number): void {
  place.replaceChildren(
    ...lost.map((range) => {
      const label = element('<span class="player-lost-label" aria-hidden="true"></span>')
      const middle = percent((range.start + range.end) / 2, total)
      label.style.left = middle
      // Shift it left in proportion to its position, so that it stays within the player.
      label.style.translate = `-${middle} 0`
      text(label, lostFor(range))
      return label
    }),
  )
}

function lostFor({ start, end }: Range): string {
  return `Lost ${clock(Math.max(1, end - start) * 1000)}`
}

function band({ start, end }: Range, total: number, label: string, words: string): HTMLElement {
  const made = element('<span class="player-gap"><span></span><span class="unseen"></span></span>')
  attribute(made, 'title', words)
  made.style.left = percent(start, total)
  made.style.width = percent(end - start, total)
  text(part(made, 'span'), label)
  text(part(made, '.unseen'), words)
  return made
}

function percent(seconds: number, total: number): string {
  return `${(100 * Math.min(seconds, total)) / total}%`
}
