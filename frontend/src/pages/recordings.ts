/** Adds new recordings to the Recordings page: at once if its top is visible, otherwise with a button. */
import htmx from 'htmx.org'
import { text } from '../ui/dom.ts'
import { live } from '../api/events.ts'
import { refresh } from '../ui/navigation.ts'

const PAUSE_MS = 300
const TILES = '#recording-tiles > .recording'

let waiting: number | undefined
/** New tiles that are not shown yet, newest first. */
let arrived: Element[] = []

const place = () => document.querySelector('[data-live-recordings]')

/** Whether tiles can move without disturbing the user. */
function undisturbed(list: Element): boolean {
  return window.scrollY < 50 && !list.querySelector('or-player') && !list.contains(document.activeElement)
}

/** Fetch the current page: only the server can apply the filters. */
async function look(): Promise<void> {
  const address = location.pathname + location.search
  const list = place()
  if (!list) return
  if (!list.querySelector(TILES)) return refresh(list.id)
  const response = await fetch(address)
  if (!response.ok || place() !== list || address !== location.pathname + location.search) return
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const tiles = [...page.querySelectorAll(TILES)]
  const known = tiles.findIndex((tile) => document.getElementById(tile.id))
  arrived = known < 0 ? tiles : tiles.slice(0, known)
  if (undisturbed(list)) show()
  else announce(list)
}

function announce(list: Element): void {
  const button = list.querySelector<HTMLButtonElement>('.recordings-new button')
  if (!button) return
  button.hidden = !arrived.length
  const span = button.querySelector('span')
  if (span) text(span, arrived.length === 1 ? '1 new recording' : `${arrived.length} new recordings`)
}

function show(): void {
  const list = document.getElementById('recording-tiles')
  const tiles = arrived.filter((tile) => !document.getElementById(tile.id)).map((tile) => document.importNode(tile, true))
  list?.prepend(...tiles)
  for (const tile of tiles) htmx.process(tile)
  arrived = []
  const page = place()
  if (page) announce(page)
}

export function startRecordings(): void {
  live.listen(({ type }) => {
    if (type !== 'recording.completed' || !place()) return
    clearTimeout(waiting)
    waiting = window.setTimeout(() => void look(), PAUSE_MS)
  })
  document.addEventListener('click', (event) => {
    if (!(event.target as Element).closest('.recordings-new button')) return
    const first = arrived[0]
    show()
    window.scrollTo({ top: 0 })
    if (first) document.getElementById(first.id)?.querySelector<HTMLElement>('a, button')?.focus({ preventScroll: true })
  })
}
