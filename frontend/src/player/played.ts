import { gapsOf, lostOf, type Hole, type Range, type Span } from './peaks.ts'

/** What a player plays: a recording or a clip, with the attribute names of the server's markup. All values are strings. */
const NAMES = ['call', 'page', 'label', 'src', 'peaks', 'duration', 'spans', 'holes', 'start', 'end', 'clip', 'playlist'] as const

export type Played = Partial<Record<(typeof NAMES)[number], string>>

/** From a button's data attributes. */
export function playedBy(button: HTMLElement): Played {
  return Object.fromEntries(NAMES.flatMap((name) => {
    const value = button.dataset[name]
    return value === undefined ? [] : [[name, value]]
  }))
}

/** From a player's attributes. */
export function playedIn(player: Element): Played {
  return Object.fromEntries(NAMES.flatMap((name) => {
    const value = player.getAttribute(name)
    return value === null ? [] : [[name, value]]
  }))
}

export function putInto(player: Element, played: Played): void {
  for (const [name, value] of Object.entries(played)) player.setAttribute(name, value)
}

/** The page with its player; for a clip, its playlist. */
export function pageOf({ page, clip, playlist }: Played): string {
  return playlist ? `${playlist}#clip-${clip}` : page ?? ''
}

/** Start, end and the recording's length, in seconds. */
export function secondsOf({ start, end, duration }: Played) {
  return { start: Number(start ?? 0) / 1000, end: end === undefined ? Infinity : Number(end) / 1000, duration: Number(duration ?? 0) / 1000 }
}

/** Where it is silent because recording was off. */
export function gapsIn(played: Played): Range[] {
  return gapsOf(spansOf(played), holesOf(played))
}

/** Where sound is missing. */
export function lostIn(played: Played): Range[] {
  return lostOf(spansOf(played), holesOf(played))
}

function spansOf({ spans }: Played): Span[] {
  return JSON.parse(spans || '[]') as Span[]
}

function holesOf({ holes }: Played): Hole[] {
  return JSON.parse(holes || '[]') as Hole[]
}
