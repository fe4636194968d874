/** The recording icon in the header's corner, and the strip below with state, reason and one button. */
import { tooltip, type RecordingView } from '../call/recording.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { keyed } from './shortcuts.ts'
import type { AskAdmin } from './ask-admin.ts'

/** The icon, used in the dock and in the bar. */
export function recordIcon(): HTMLButtonElement {
  return element<HTMLButtonElement>(`
    <button type="button" class="dk-rec" data-do="record">
      <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><circle cx="12" cy="12" r="9.5"/><circle cx="12" cy="12" r="4.5" fill="currentColor" stroke="none"/></svg>
    </button>`)
}

export function renderIcon(button: HTMLButtonElement, view: RecordingView, isClosed: boolean): void {
  attribute(button, 'aria-label', view.name)
  button.title = tooltip(view)
  attribute(button, 'aria-pressed', view.pressed === null ? null : String(view.pressed))
  attribute(button, 'data-tone', view.tone)
  attribute(button, 'data-locked', view.locked)
  attribute(button, 'data-pending', view.pending)
  attribute(button, 'aria-busy', view.pending ? 'true' : null)
  attribute(button, 'aria-disabled', view.press && !isClosed ? null : 'true')
}

export class Strip {
  readonly root = element(`
    <div class="dk-strip">
      <span class="dk-lamp">${icon('lock')}${icon('triangle-alert')}${icon('check')}</span>
      <div class="dk-says" role="status"><strong class="dk-state"></strong> <span class="dk-why" id="dk-why"></span></div>
      <button type="button" class="button dk-small" data-do="record" aria-describedby="dk-why"><span></span></button>
      <a class="button dk-small" hidden>Open the call</a>
      <or-ask-admin hidden></or-ask-admin>
    </div>`)
  readonly ask = part<AskAdmin>(this.root, 'or-ask-admin')
  #button = keyed(part<HTMLButtonElement>(this.root, '[data-do=record]'), 'Alt+P')
  #link = part<HTMLAnchorElement>(this.root, 'a')

  /** `over`: the address of the ended call. */
  render(view: RecordingView, over: string | null, isClosed: boolean): void {
    attribute(this.root, 'data-tone', view.tone)
    attribute(part(this.root, '.dk-lamp'), 'data-glyph', over ? 'check' : view.tone === 'warn' ? 'warn' : view.locked ? 'lock' : view.tone)
    this.#say('.dk-state', view.text)
    this.#say('.dk-why', view.reason)
    this.#button.hidden = !view.button
    text(part(this.#button, 'span'), view.button)
    attribute(this.#button, 'aria-disabled', view.press && !isClosed ? null : 'true')
    this.#link.hidden = !over
    if (over && this.#link.pathname !== over) {
      this.#link.href = over
      this.#link.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    }
  }

  /** Set a text, which is also the tooltip in case there is not enough space. */
  #say(place: string, words: string): void {
    text(part(this.root, place), words)
    attribute(part(this.root, place), 'title', words || null)
  }
}
