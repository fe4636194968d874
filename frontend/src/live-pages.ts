/** Pages follow the calls they show: what changed is fetched again from the server. */
import { live, type CallEvent } from './live.ts'
import { refresh } from './navigation.ts'

const PAUSE_MS = 150
const waiting = new Map<string, number>()

function later(id: string): void {
  clearTimeout(waiting.get(id))
  waiting.set(id, window.setTimeout(() => {
    waiting.delete(id)
    if (document.getElementById(id)) void refresh(id)
  }, PAUSE_MS))
}

function follow({ call }: CallEvent): void {
  const shown = document.getElementById(`call-${call.id}`)
  if (shown) {
    later(shown.id)
    return
  }
  // A new call comes to the top of a list's first page, unless somebody listens there: a swap would stop the sound.
  const list = document.querySelector('[data-live="calls"]')
  if (list && !list.querySelector('or-player')) later(list.id)
}

export function startLivePages(): void {
  live.listen(follow)
}
