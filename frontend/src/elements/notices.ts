import { ApiError, api, type Notice } from '../api/client.ts'
import { attribute, element, part, text } from '../dom.ts'
import { live } from '../live.ts'

const MARKUP = `<section class="notices" aria-label="Notifications"><h2>Notifications</h2><ul></ul><p class="soft" hidden>Mentions, reviews and scores will be here.</p></section>`
const WORDS = {
  mention: 'mentioned you',
  reply: 'answered you',
  review_asked: 'asks you for a review',
  review_answered: 'answered your request for a review',
  scored: 'scored your call',
  score_answered: 'has read your score',
} as const
/** What events that may bring one begin with. */
const BRINGERS = ['recording.comment', 'recording.score', 'review.']

/** `<or-notices>` in the user's menu: who mentioned, asked, answered or scored them. Opening the menu is seeing them. */
export class Notices extends HTMLElement {
  #body = element(MARKUP)
  #unseen = 0

  connectedCallback(): void {
    this.replaceChildren(this.#body)
    const menu = this.closest('details')
    menu?.addEventListener('toggle', () => {
      if (menu.open && this.#unseen) void this.#seen()
    })
    live.listen(({ type }) => {
      if (BRINGERS.some((start) => type.startsWith(start))) void this.#load()
    })
    void this.#load()
  }

  async #load(): Promise<void> {
    try {
      const { unseen, notices } = await api.notices()
      this.#unseen = unseen
      this.#badge()
      part(this.#body, 'ul').replaceChildren(...notices.map((notice) => this.#item(notice)))
      part(this.#body, 'p').hidden = notices.length > 0
      this.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    } catch (error) {
      // The next event or page tries again; a menu is no place to complain.
      if (!(error instanceof ApiError)) throw error
    }
  }

  #item(notice: Notice): HTMLElement {
    const item = element('<li><a><span class="notice-who"></span><span class="notice-text"></span></a></li>')
    attribute(item, 'data-unseen', !notice.seen)
    const link = part<HTMLAnchorElement>(item, 'a')
    link.href = notice.url
    text(part(item, '.notice-who'), `${notice.author} ${WORDS[notice.kind]}`)
    text(part(item, '.notice-text'), notice.text)
    return item
  }

  async #seen(): Promise<void> {
    try {
      await api.seeNotices()
      this.#unseen = 0
      this.#badge()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  #badge(): void {
    const summary = this.closest('details')?.querySelector('summary')
    if (!summary) return
    attribute(summary, 'data-unseen', this.#unseen ? String(this.#unseen) : null)
    attribute(summary, 'aria-label', this.#unseen ? `Your menu, ${this.#unseen} new notifications` : 'Your menu')
  }
}
