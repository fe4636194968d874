/** Keeps calls on pages up to date: changed parts are fetched again from the server. */
import type { CallEvent } from '../api/client.ts'
import { live } from '../api/events.ts'
import { isPageAwaited, refresh, type SwapTask } from '../ui/navigation.ts'

const PAUSE_MS = 150
/** How often to check whether a form is still being filled in. */
const FORM_MS = 1000
/** A page that was rendered before an event may be swapped in after it, but not much later. */
const RECENT_MS = 15_000
/** Matches calls that will still change. */
const UNSETTLED = ['initiated', 'ringing', 'in-progress'].map((status) => `[data-status=${status}]`).join() + ',.badge.spin'
const waiting = new Map<string, number>()
/** IDs of the elements being fetched. */
const fetching = new Set<string>()

/** Whether a swap would destroy something: a form being filled in or just rejected, a secret shown once. */
function isInUse(shown: Element): boolean {
  if (shown.querySelector('.problem[role=alert], .token-new')) return true
  const fields = [...shown.querySelectorAll('form :is(input, textarea, select), details:has(form) > summary')]
  return fields.some((field) => !field.closest('[hx-preserve]') && (field === document.activeElement || isChanged(field)))
}

function isChanged(field: Element): boolean {
  if (field instanceof HTMLInputElement && ['checkbox', 'radio'].includes(field.type)) return field.checked !== field.defaultChecked
  if (field instanceof HTMLSelectElement) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected))
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue
  return false
}

function later(id: string, pause = PAUSE_MS): void {
  clearTimeout(waiting.get(id))
  waiting.set(id, window.setTimeout(() => {
    waiting.delete(id)
    const shown = document.getElementById(id)
    // Wait for the response to the user's own click, or content that is about to be replaced could be used.
    if (isPageAwaited()) {
      later(id)
      return
    }
    if (shown && isInUse(shown)) {
      later(id, FORM_MS)
      return
    }
    // Do not replace a tile while its player is in use: a swap would stop the sound.
    if (!shown || shown.matches('.recording:has(or-player)')) return
    fetching.add(id)
    void refresh(id).finally(() => fetching.delete(id))
  }, pause))
}

/** Cancel a swap if the user has started to fill in or submitted a form in the meantime. */
function spareUsers(event: Event): void {
  const { tasks } = (event as CustomEvent<{ tasks: SwapTask[] }>).detail
  const shown = tasks.find(({ type }) => type === 'main')?.target
  if (!shown || !fetching.has(shown.id) || !(isInUse(shown) || isPageAwaited())) return
  event.preventDefault()
  later(shown.id)
}

/** When the last event came for each call that is not on this page. */
const heard = new Map<string, number>()

function follow({ call }: CallEvent): void {
  heard.set(`call-${call.id}`, Date.now())
  const shown = document.getElementById(`call-${call.id}`)
  if (shown) {
    heard.delete(shown.id)
    later(shown.id)
    return
  }
  // A new call appears at the top of a list's first page, unless a recording is playing there: a swap would stop it.
  const list = document.querySelector('[data-live="calls"]')
  if (list && !list.querySelector('or-player')) later(list.id)
}

/** Apply events that came while a page was loading. */
function catchUp(): void {
  for (const [id, at] of heard) {
    const shown = document.getElementById(id)
    if (shown || Date.now() - at > RECENT_MS) heard.delete(id)
    if (shown) later(id)
  }
}

/** Catch up on events between the rendering of the page and the connection. */
function lookAgain(): void {
  for (const sign of document.querySelectorAll(UNSETTLED)) {
    const shown = sign.closest('[id^=call-]')
    if (shown) later(shown.id)
  }
}

export function startLiveUpdates(): void {
  live.listen(follow)
  live.whenFresh(lookAgain)
  document.addEventListener('htmx:before:swap', spareUsers)
  document.addEventListener('htmx:after:swap', catchUp)
}
