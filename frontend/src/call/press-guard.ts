/** How long a button that has just changed its meaning takes no press: two quick clicks must not do two things. */
export const GUARD_MS = 700

/**
 * Which presses of a button count whose meaning changes in its place. A press counts when it began after the button
 * has shown its present meaning for a while, whenever it ends. Times are milliseconds of one clock.
 */
export class PressGuard {
  #meaning: string
  #changedAt = -Infinity
  #begunAt: number | null = null

  constructor(meaning: string) {
    this.#meaning = meaning
  }

  /** What the button means now; whether that is another meaning than before. */
  means(meaning: string, now: number): boolean {
    if (meaning === this.#meaning) return false
    this.#meaning = meaning
    this.#changedAt = now
    return true
  }

  /** A pointer or a key went down. One that is held down goes on with what it began. */
  begin(now: number): void {
    this.#begunAt ??= now
  }

  /** It was released, or the press was called off. */
  release(): void {
    this.#begunAt = null
  }

  /** Whether a press counts that takes effect now. Assistive technology presses without a beginning. */
  counts(now: number): boolean {
    return (this.#begunAt ?? now) >= this.#changedAt + GUARD_MS
  }

  /** Whether a press that begins now would not count. */
  isClosed(now: number): boolean {
    return now < this.#changedAt + GUARD_MS
  }
}
