import { LevelReader } from '../call/microphone.ts'
import { session } from '../call/session.ts'

const STEPS = 12

/** Shows the level of the open microphone as a row of lights and as a value for screen readers. */
export class LevelMeter extends HTMLElement {
  #reader: LevelReader | null = null
  #stream: MediaStream | null = null
  #frame = 0
  #unwatch = () => {}

  connectedCallback(): void {
    this.setAttribute('role', 'meter')
    this.setAttribute('aria-label', 'Microphone level')
    this.setAttribute('aria-valuemin', '0')
    this.setAttribute('aria-valuemax', String(STEPS))
    if (!this.childElementCount) this.append(...Array.from({ length: STEPS }, () => document.createElement('i')))
    this.#unwatch = session.watch(() => this.#follow())
    this.#follow()
    this.#draw()
  }

  disconnectedCallback(): void {
    this.#unwatch()
    cancelAnimationFrame(this.#frame)
    this.#reader?.close()
    this.#reader = this.#stream = null
  }

  #follow(): void {
    if (session.microphone.stream === this.#stream) return
    this.#reader?.close()
    this.#stream = session.microphone.stream
    this.#reader = this.#stream ? new LevelReader(this.#stream) : null
  }

  #draw(): void {
    this.#frame = requestAnimationFrame(() => this.#draw())
    if (!this.checkVisibility()) return
    const lit = Math.round((this.#reader?.read() ?? 0) * STEPS)
    if (this.getAttribute('aria-valuenow') === String(lit)) return
    this.setAttribute('aria-valuenow', String(lit))
    for (const [index, lamp] of [...this.children].entries()) lamp.classList.toggle('lit', index < lit)
  }
}
