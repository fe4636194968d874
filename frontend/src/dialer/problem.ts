import type { Problem as Said } from '../call/state.ts'
import { element, part } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { signInPage } from '../ui/navigation.ts'

/** Shows what went wrong, until it is resolved or dismissed. */
export class Problem {
  readonly root = element(`
    <div class="dk-problem" role="alert" hidden>
      ${icon('triangle-alert')}<p></p>
      <button type="button" class="quiet" data-do="dismiss" aria-label="Dismiss">${icon('x')}</button>
    </div>`)
  #shown = ''

  /** Show the problem. Returns whether it has changed. */
  render(problem: Said | null): boolean {
    const message = problem?.message ?? ''
    if (message === this.#shown) return false
    this.#shown = message
    const place = part(this.root, 'p')
    place.textContent = message
    if (problem?.code === 'signed_out') {
      const link = element<HTMLAnchorElement>('<a>Sign in</a>')
      link.href = `${signInPage}?${new URLSearchParams({ next: location.pathname + location.search })}`
      place.append(' ', link)
      place.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    }
    this.root.hidden = !problem
    return problem !== null
  }
}
