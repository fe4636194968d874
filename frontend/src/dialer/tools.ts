import type { Grade, Quality } from '../call/quality.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { keyed } from './shortcuts.ts'

const GRADES: Record<Grade, string> = { unknown: 'Measuring', poor: 'Poor', fair: 'Fair', good: 'Good' }

/** The other actions in a call, with labels. */
export function tools(): HTMLElement {
  const root = element(`
    <div class="dk-tools" role="group" aria-label="Tools">
      <button type="button" class="dk-tool" data-do="mute"><span class="dk-glyph"></span>
        <span class="dk-tool-word"></span></button>
      <button type="button" class="dk-tool" data-do="keypad" aria-expanded="false">${icon('grid-3x3')}<span>Keypad</span></button>
    </div>`)
  keyed(part(root, '[data-do=mute]'), 'Alt+M')
  return root
}

export function renderTools(root: HTMLElement, isMuted: boolean, isPadOpen: boolean): void {
  const mute = part<HTMLButtonElement>(root, '[data-do=mute]')
  const word = isMuted ? 'Unmute' : 'Mute'
  if (part(mute, '.dk-tool-word').textContent !== word) {
    part(mute, '.dk-glyph').innerHTML = icon(isMuted ? 'mic-off' : 'mic')
    text(part(mute, '.dk-tool-word'), word)
    attribute(mute, 'data-on', isMuted)
  }
  attribute(part(root, '[data-do=keypad]'), 'aria-expanded', String(isPadOpen))
}

/** The bars in the header: the connection's quality. Pressing them opens the microphone settings. */
export function renderQuality(button: HTMLElement, { grade, loss, jitterMs, roundTripMs }: Quality): void {
  const details = `Lost ${(loss * 100).toFixed(1)} %, jitter ${jitterMs} ms` + (roundTripMs === null ? '' : `, round trip ${roundTripMs} ms`)
  attribute(button, 'data-grade', grade)
  attribute(button, 'aria-label', `${GRADES[grade]} connection. Microphone settings`)
  attribute(button, 'title', `${GRADES[grade]} connection${grade === 'unknown' ? '' : `: ${details}`}`)
}
