/** How long a button that has just changed its meaning ignores presses: a double click must not do two things. */
export const GUARD_MS = 700

/**
 * Decides which presses count on a button whose meaning changes. A press counts if it began after the button had shown its
 * current meaning for a while, whenever it ends. Times are milliseconds on one clock.
 */
export class PressGuard {
  #meaning: string
  #changedAt = -Infinity
  #begunAt: number | null = null

  constructor(meaning: string) {
    this.#meaning = meaning
  }

  /** Set what the button means now. Returns whether that has changed. */
  means(meaning: string, now: number): boolean {
    if (meaning === this.#meaning) return false
    this.#meaning = meaning
    this.#changedAt = now
    return true
  }

  /** A pointer or key went down. While held down, it keeps its original meaning. */
  begin(now: number): void {
    this.#begunAt ??= now
  }

  /** The press was released or canceled. */
  release(): void {
    this.#begunAt = null
  }

  /** Whether a press that takes effect now counts. Assistive technology sends presses without a start. */
  counts(now: number): boolean {
    return (this.#begunAt ?? now) >= this.#changedAt + GUARD_MS
  }

  /** Whether a press that begins now would be ignored. */
  isClosed(now: number): boolean {
    return now < this.#changedAt + GUARD_MS
  }
}
