/** Where listening to a recording stands, in seconds. Kept by the tab alone: a reload goes on there. */
const keyOf = (src: string) => `onrecord.position.${src}`

export function positionOf(src: string): number {
  return Number(sessionStorage.getItem(keyOf(src)) ?? 0)
}

/** At its end there is nothing to go on with. */
export function keepPosition(src: string, time: number, isOver: boolean): void {
  if (isOver) sessionStorage.removeItem(keyOf(src))
  else sessionStorage.setItem(keyOf(src), time.toFixed(2))
}
