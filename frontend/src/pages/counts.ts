/** The number of unanswered or unread items, shown next to the links to them. */
import { ApiError, api } from '../api/client.ts'

const EVERY_MS = 30_000

async function refresh(): Promise<void> {
  let counts: Record<string, number>
  try {
    const [requests, coaching] = await Promise.all([api.requestCounts(), api.coachingCounts()])
    counts = { ...requests, reviews: coaching.reviews, coaching: coaching.reviews + coaching.answers }
  } catch (error) {
    // The dialer reports lost connections and expired sessions; a count can wait.
    if (error instanceof ApiError) return
    throw error
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-count]')) {
    const count = counts[place.dataset.count ?? ''] ?? 0
    place.hidden = count === 0
    place.textContent = String(count)
    place.setAttribute('aria-label', `${place.dataset.says ?? ''}: ${count}`)
    place.setAttribute('role', 'img')
  }
}

export function startCounts(): void {
  void refresh()
  // A new page may resolve or show some of them, so refresh the counts after each.
  document.addEventListener('htmx:after:history:push', () => void refresh())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh()
  })
  setInterval(() => {
    if (!document.hidden) void refresh()
  }, EVERY_MS)
}
