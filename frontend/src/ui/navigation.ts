/** htmx swaps pages into `#main`; everything else stays, above all the dialer. */
import htmx from 'htmx.org'
import { csrfToken } from '../api/client.ts'
import { closeMenus } from './disclosures.ts'
import { toast } from './toast.ts'

/** URL of the sign-in page. */
export const signInPage = document.querySelector<HTMLMetaElement>('meta[name="sign-in"]')?.content ?? ''

export interface SwapTask {
  type: string
  target?: Element
  fragment: DocumentFragment
  swapSpec: { style: string }
}

interface Arrival {
  history: { path: string }
  sourceElement: Element
  response: { raw: Response }
}

interface Asked {
  sourceElement: Element
  target?: Element
  request: { method: string }
  response: { status: number }
}

/** Mark the current section, and scroll its link into view if the links do not all fit. */
function markSection(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.nav a')) {
    const here = location.pathname === link.pathname || location.pathname.startsWith(`${link.pathname}/`)
    if (here) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  for (const current of document.querySelectorAll(':is(.nav, .sections) > [aria-current]')) {
    const row = current.parentElement as Element
    row.scrollLeft += current.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 3
  }
}

/** ID of the element that had the focus before the page changed. */
let held = ''

function arrived(): void {
  markSection()
  if (document.activeElement === document.body) {
    // Focus the same control if the new page has it; otherwise reading and tabbing start at the top.
    document.getElementById(held)?.focus({ preventScroll: true })
    if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true })
  }
  closeMenus()
}

/** The latest request for `#main`, until its response has arrived. */
let latest: Asked | null = null

/** Whether a page is being loaded into `#main`. */
export function isPageAwaited(): boolean {
  return latest !== null
}

function contextOf(event: Event): Asked {
  return (event as CustomEvent<{ ctx: Asked }>).detail.ctx
}

/** Of two requested pages only the later one is shown, in whatever order they arrive. */
function dropLateAnswers(): void {
  document.addEventListener('htmx:before:request', (event) => {
    const context = contextOf(event)
    if (context.target?.id === 'main') latest = context
  })
  document.addEventListener('htmx:finally:request', (event) => {
    if (contextOf(event) === latest) latest = null
  })
  document.addEventListener('htmx:before:response', (event) => {
    const { target, request, response } = contextOf(event)
    if (target?.id !== 'main' || contextOf(event) === latest) return
    event.preventDefault()
    if (request.method !== 'GET' && response.status >= 400) toast('What you sent from the previous page was not saved. Go back to it and try again.')
  })
}

/**
 * Submit a form only once, however often its button is pressed. The second of two quick clicks could submit it again, or
 * press whatever the response has put in the button's place.
 */
function sendOnce(): void {
  const sending = new Set<Element>()
  let isSentByClicks = false
  document.addEventListener('htmx:before:request', (event) => {
    const { request, sourceElement } = contextOf(event)
    if (request.method === 'GET') return
    sending.add(sourceElement)
    isSentByClicks = true
  })
  document.addEventListener('htmx:finally:request', (event) => sending.delete(contextOf(event).sourceElement))
  const stop = (event: Event) => {
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  document.addEventListener('submit', (event) => sending.has(event.target as Element) && stop(event), true)
  document.addEventListener('click', (event) => {
    if (event.detail <= 1) isSentByClicks = false
    else if (isSentByClicks) stop(event)
  }, true)
}

/** A form's action is not a page: keep the form's own URL when showing the response. */
function keepAddress(event: Event): void {
  const { history, sourceElement, response } = (event as CustomEvent<Arrival>).detail
  const isSent = sourceElement instanceof HTMLFormElement && sourceElement.method === 'post'
  if (isSent && !response.raw.redirected && history.path === new URL(response.raw.url).pathname) event.preventDefault()
}

export function startNavigation(): void {
  sendOnce()
  dropLateAnswers()
  document.addEventListener('htmx:before:history:update', keepAddress)
  // A form without a method is submitted by the custom element that made it.
  document.addEventListener('htmx:before:init', (event) => {
    if (event.target instanceof HTMLFormElement && !event.target.hasAttribute('method')) event.preventDefault()
  })
  document.addEventListener('htmx:after:swap', arrived)
  document.addEventListener('htmx:before:swap', (event) => {
    held = document.activeElement?.id ?? ''
    const task = (event as CustomEvent<{ tasks: SwapTask[] }>).detail.tasks.find(({ type }) => type === 'main')
    if (!task || task.swapSpec.style === 'none' || task.fragment.firstElementChild) return
    // The response does not have the requested part: for example a proxy's error, or the sign-in page instead of a row.
    event.preventDefault()
    if (task.target?.id === 'main') toast('That page could not be shown. Try again in a moment.')
  })
  document.addEventListener('htmx:error', () => toast('OnRecord cannot be reached. Check your connection, then try again.'))
  // Custom elements that add links to the page request that they be boosted.
  document.addEventListener('or:markup', (event) => htmx.process(event.target as Element))
  markSection()
}

/** Fetch this page again and replace only the element with this ID, so that only the server renders it. */
export async function refresh(id: string): Promise<void> {
  const selector = `#${CSS.escape(id)}`
  await htmx.ajax('GET', location.pathname + location.search, { target: selector, select: selector, swap: 'outerHTML' })
}

/** Post values without a form element; the resulting page goes into `#main`. */
export async function post(path: string, values: Record<string, string>): Promise<void> {
  const headers = { 'X-CSRFToken': csrfToken() }
  await htmx.ajax('POST', path, { target: '#main', select: '#main', swap: 'outerSync', values, headers })
}
