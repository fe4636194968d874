/** Pages follow the calls they show: what changed is fetched again from the server. */
import type { CallEvent } from '../api/client.ts'
import { live } from '../api/events.ts'
import { isPageAwaited, refresh, type SwapTask } from '../ui/navigation.ts'

const PAUSE_MS = 150
/** How often to look whether a form is still being filled in. */
const FORM_MS = 1000
/** A page that was rendered before an event may be swapped in after it, but not much later. */
const RECENT_MS = 15_000
/** What a call looks like of which more is to come. */
const UNSETTLED = ['initiated', 'ringing', 'in-progress'].map((status) => `[data-status=${status}]`).join() + ',.badge.spin'
const waiting = new Map<string, number>()
/** Ids of what is on its way. */
const fetching = new Set<string>()

/** Whether something is there that a swap would take away: a form being filled in or just refused, a secret shown once. */
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
    // What shows the user's own click before its answer comes would be used, and then be swapped away.
    if (isPageAwaited()) {
      later(id)
      return
    }
    if (shown && isInUse(shown)) {
      later(id, FORM_MS)
      return
    }
    // A tile is fetched again when nobody listens in it: a swap would stop the sound.
    if (!shown || shown.matches('.recording:has(or-player)')) return
    fetching.add(id)
    void refresh(id).finally(() => fetching.delete(id))
  }, pause))
}

/** Somebody may have begun to fill a form in, or sent one, while its part of the page was on its way. */
function spareUsers(event: Event): void {
  const { tasks } = (event as CustomEvent<{ tasks: SwapTask[] }>).detail
  const shown = tasks.find(({ type }) => type === 'main')?.target
  if (!shown || !fetching.has(shown.id) || !(isInUse(shown) || isPageAwaited())) return
  event.preventDefault()
  later(shown.id)
}

/** When each call that is not on this page was last heard of. */
const heard = new Map<string, number>()

function follow({ call }: CallEvent): void {
  heard.set(`call-${call.id}`, Date.now())
  const shown = document.getElementById(`call-${call.id}`)
  if (shown) {
    heard.delete(shown.id)
    later(shown.id)
    return
  }
  // A new call comes to the top of a list's first page, unless somebody listens there: a swap would stop the sound.
  const list = document.querySelector('[data-live="calls"]')
  if (list && !list.querySelector('or-player')) later(list.id)
}

/** Events that came while a page was on its way. */
function catchUp(): void {
  for (const [id, at] of heard) {
    const shown = document.getElementById(id)
    if (shown || Date.now() - at > RECENT_MS) heard.delete(id)
    if (shown) later(id)
  }
}

/** Events between the rendering of the page and the connection. */
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
