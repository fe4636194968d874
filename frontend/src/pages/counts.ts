/** How much waits to be answered or read: beside the links that lead to it. */
import { ApiError, api } from '../api/client.ts'

const EVERY_MS = 30_000

async function refresh(): Promise<void> {
  let counts: Record<string, number>
  try {
    const [requests, coaching] = await Promise.all([api.requestCounts(), api.coachingCounts()])
    counts = { ...requests, reviews: coaching.reviews, coaching: coaching.reviews + coaching.answers }
  } catch (error) {
    // The dialer tells of a lost connection or an expired session; a count can wait.
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
  // A page may be the one that settles or shows them, so each new one is followed by a look.
  document.addEventListener('htmx:after:history:push', () => void refresh())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh()
  })
  setInterval(() => {
    if (!document.hidden) void refresh()
  }, EVERY_MS)
}
