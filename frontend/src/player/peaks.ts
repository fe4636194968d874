/** Waveforms and spans of a recording (docs/reference/storage.md). Times are in seconds unless named otherwise. */

export const PEAK_SECONDS = 0.02
const BYTES_PER_PEAK = 4

/** Loudest absolute sample per 20 ms, 0 to 1. */
export interface Peaks {
  left: Float32Array
  right: Float32Array
}

export interface Range {
  start: number
  end: number
}

/** A stretch of the call clock that was captured. */
export interface Span {
  start_ms: number
  end_ms: number
}

export function parsePeaks(buffer: ArrayBuffer): Peaks {
  const bytes = new Int8Array(buffer)
  const count = Math.floor(bytes.length / BYTES_PER_PEAK)
  const side = (offset: number) =>
    Float32Array.from({ length: count }, (_, index) => {
      const at = index * BYTES_PER_PEAK + offset
      return Math.max(Math.abs(bytes[at] ?? 0), Math.abs(bytes[at + 1] ?? 0)) / 128
    })
  return { left: side(0), right: side(2) }
}

/** A stretch of the call clock with missing sound. */
export interface Hole extends Span {
  cause: string
}

/** The call clock at the start of the file: the first moment that was captured or is missing. */
function beginOf(spans: readonly Span[], holes: readonly Span[]): number {
  return Math.min(...[...spans, ...holes].map(({ start_ms }) => start_ms))
}

/** Where the file is silent because recording was off, in file time. */
export function gapsOf(spans: readonly Span[], holes: readonly Span[] = []): Range[] {
  const ordered = [...spans, ...holes].sort((one, other) => one.start_ms - other.start_ms)
  const begin = ordered[0]?.start_ms ?? 0
  const gaps: Range[] = []
  let reached = begin
  for (const { start_ms: start, end_ms: end } of ordered) {
    if (start > reached) gaps.push({ start: (reached - begin) / 1000, end: (start - begin) / 1000 })
    reached = Math.max(reached, end)
  }
  return gaps
}

/** Where the file lacks sound that it should have, in file time. Sound cut off at the end is not in the file. */
export function lostOf(spans: readonly Span[], holes: readonly Hole[]): Range[] {
  const begin = beginOf(spans, holes)
  const standing = holes.filter(({ cause }) => cause !== 'cut')
  return standing.map(({ start_ms: start, end_ms: end }) => ({ start: (start - begin) / 1000, end: (end - begin) / 1000 }))
}

const QUIET = 0.02
const LONG_SECONDS = 1.5
/** Kept at both ends of a skipped silence, so that words are not clipped. */
const MARGIN_SECONDS = 0.25

/** Long stretches in which both sides are silent, without a margin at each end. */
export function silencesOf({ left, right }: Peaks): Range[] {
  const silences: Range[] = []
  let since: number | null = null
  for (let index = 0; index <= left.length; index++) {
    const quiet = index < left.length && (left[index] ?? 0) < QUIET && (right[index] ?? 0) < QUIET
    if (quiet) since ??= index
    else if (since !== null) {
      const [start, end] = [since * PEAK_SECONDS, index * PEAK_SECONDS]
      if (end - start >= LONG_SECONDS) silences.push({ start: start + MARGIN_SECONDS, end: end - MARGIN_SECONDS })
      since = null
    }
  }
  return silences
}

/** Where to continue from `time` when skipping silence: the end of the range it is in, or null. */
export function skipTo(time: number, ranges: readonly Range[]): number | null {
  return ranges.find(({ start, end }) => time >= start && time < end - 0.05)?.end ?? null
}
