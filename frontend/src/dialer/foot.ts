import type { FootView } from '../call/foot.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { keyed } from './shortcuts.ts'

/** One button whose meaning changes with the call, so that it keeps the focus, and a secondary one. */
export class Foot {
  readonly root = element(`
    <footer class="dk-foot">
      <button type="button" class="button" data-do="microphone" aria-label="Microphone settings" title="Microphone settings"
        aria-expanded="false">${icon('sliders-horizontal')}</button>
      <button type="button" class="button" data-do="save">Save</button>
      <button type="button" class="dk-main"></button>
    </footer>`)
  readonly main = part<HTMLButtonElement>(this.root, '.dk-main')

  render(view: FootView, isClosed: boolean): void {
    const { main } = this
    if (main.dataset.do !== view.action) {
      main.dataset.do = view.action
      main.className = view.tone === 'end' ? 'dk-main dk-end' : 'dk-main primary'
      main.innerHTML = `${view.icon && icon(view.icon)}<span></span>`
      keyed(main, view.tone === 'end' ? 'Alt+H' : 'Alt+Enter')
    }
    text(part(main, 'span'), view.word)
    attribute(main, 'data-closed', isClosed && !view.disabled)
    attribute(main, 'aria-disabled', view.disabled || isClosed ? 'true' : null)
    part(this.root, '[data-do=microphone]').hidden = view.action !== 'call'
    const save = part(this.root, '[data-do=save]')
    save.hidden = view.action !== 'save-next'
    attribute(save, 'aria-disabled', isClosed ? 'true' : null)
  }
}
