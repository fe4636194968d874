import { ApiError, api, type Notification } from '../api/client.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { live } from '../api/events.ts'

const MARKUP = `<section class="notifications" aria-label="Notifications"><h2>Notifications</h2><ul></ul><p class="soft" hidden>Mentions, reviews, and scores will appear here.</p></section>`
/** Prefixes of the events that may create notifications. */
const BRINGERS = ['recording.comment', 'recording.score', 'review.']

/** `<or-notifications>` in the user's menu: who mentioned, asked, answered or scored them. Opening it marks them seen. */
export class Notifications extends HTMLElement {
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
      const { unseen, notifications } = await api.notifications()
      this.#unseen = unseen
      this.#badge()
      part(this.#body, 'ul').replaceChildren(...notifications.map((notification) => this.#item(notification)))
      part(this.#body, 'p').hidden = notifications.length > 0
      this.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    } catch (error) {
      // The next event or page tries again; a menu is not the place for errors.
      if (!(error instanceof ApiError)) throw error
    }
  }

  #item(notification: Notification): HTMLElement {
    const item = element('<li><a><span class="notification-title"></span><span class="notification-text"></span></a></li>')
    attribute(item, 'data-unseen', !notification.seen)
    const link = part<HTMLAnchorElement>(item, 'a')
    link.href = notification.url
    text(part(item, '.notification-title'), notification.title)
    text(part(item, '.notification-text'), notification.text)
    return item
  }

  async #seen(): Promise<void> {
    try {
      await api.seeNotifications()
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
