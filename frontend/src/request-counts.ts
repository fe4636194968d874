/** How many requests wait, and how many answers are new: beside the links that lead to them. */
import { ApiError, api } from './api.ts'

const EVERY_MS = 30_000

async function refresh(): Promise<void> {
  let counts: { open: number; news: number }
  try {
    counts = await api.requestCounts()
  } catch (error) {
    // The dialer tells of a lost connection or an expired session; a count can wait.
    if (error instanceof ApiError) return
    throw error
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-count]')) {
    const count = place.dataset.count === 'open' ? counts.open : counts.news
    place.hidden = count === 0
    place.textContent = String(count)
    place.setAttribute('aria-label', `${count} ${place.dataset.says ?? ''}`)
    place.setAttribute('role', 'img')
  }
}

export function startRequestCounts(): void {
  void refresh()
  // A page may be the one that settles or shows them, so each new one is followed by a look.
  document.addEventListener('htmx:after:history:push', () => void refresh())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh()
  })
  setInterval(() => {
    if (!document.hidden) void refresh()
  }, EVERY_MS)
}
