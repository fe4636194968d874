/** The playback position of a recording, in seconds. Kept per tab, so that a reload continues there. */
const keyOf = (src: string) => `onrecord.position.${src}`

export function positionOf(src: string): number {
  return Number(sessionStorage.getItem(keyOf(src)) ?? 0)
}

/** Keep the position, or remove it at the end of the recording. */
export function keepPosition(src: string, time: number, isOver: boolean): void {
  if (isOver) sessionStorage.removeItem(keyOf(src))
  else sessionStorage.setItem(keyOf(src), time.toFixed(2))
}
