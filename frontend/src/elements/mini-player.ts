import { attribute, element, part, text } from '../dom.ts'
import { clock } from '../format.ts'
import { icon } from '../icon.ts'

/** A recording that goes on playing after its player has left the page. */
export interface Carried {
  audio: HTMLAudioElement
  title: string
  /** The call's page. */
  url: string
  /** Seconds. */
  duration: number
  /** Where a clip of it ends, in seconds; Infinity for the whole. */
  end: number
}

const STEP_SECONDS = 5

const MARKUP = `
  <section class="mini" aria-label="Now playing">
    <button type="button" class="round player-play" data-do="toggle" aria-label="Play" title="Play">${icon('play')}</button>
    <div class="mini-what"><a class="mini-title"></a>
      <input type="range" min="0" step="1" aria-label="Position"></div>
    <span class="player-time"></span>
    <button type="button" class="quiet" data-do="close" aria-label="Stop listening" title="Stop listening">${icon('x')}</button>
  </section>`

/** `<or-mini-player>` stands outside the pages, so it stays while they change. */
export class MiniPlayer extends HTMLElement {
  #body = element(MARKUP)
  #slider = part<HTMLInputElement>(this.#body, 'input')
  #carried: Carried | null = null
  #abort = new AbortController()

  connectedCallback(): void {
    this.hidden = true
    this.replaceChildren(this.#body)
    this.#body.addEventListener('click', (event) => {
      const action = (event.target as Element).closest<HTMLElement>('[data-do]')?.dataset.do
      if (action === 'toggle') this.#toggle()
      if (action === 'close') this.#close()
    })
    this.#slider.addEventListener('input', () => this.#seek(Number(this.#slider.value)))
    this.#slider.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -STEP_SECONDS, ArrowRight: STEP_SECONDS }[event.key]
      if (step === undefined || !this.#carried) return
      event.preventDefault()
      this.#seek(this.#carried.audio.currentTime + step)
    })
  }

  /** Go on with a recording. The audio must come here in the same task in which it left the page, else it pauses. */
  take(carried: Carried): void {
    this.#close()
    this.#carried = carried
    this.#abort = new AbortController()
    this.#body.append(carried.audio)
    for (const type of ['play', 'pause', 'timeupdate', 'ended']) {
      carried.audio.addEventListener(type, () => this.#show(), { signal: this.#abort.signal })
    }
    document.addEventListener('or:playing', () => carried.audio.pause(), { signal: this.#abort.signal })
    const link = part<HTMLAnchorElement>(this.#body, 'a')
    text(link, carried.title)
    link.href = carried.url
    link.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    this.#slider.max = String(Math.round(carried.duration))
    this.hidden = false
    this.#show()
  }

  /** Give the recording of this address back to its player; null when it is another one. */
  give(src: string): HTMLAudioElement | null {
    const audio = this.#carried?.audio
    if (!audio || audio.getAttribute('src') !== src) return null
    this.#forget()
    return audio
  }

  #close(): void {
    const audio = this.#carried?.audio
    this.#forget()
    audio?.pause()
    audio?.remove()
  }

  #forget(): void {
    this.#abort.abort()
    this.#carried = null
    this.hidden = true
  }

  #toggle(): void {
    const audio = this.#carried?.audio
    if (!audio) return
    if (audio.paused) void audio.play()
    else audio.pause()
  }

  #seek(time: number): void {
    if (this.#carried) this.#carried.audio.currentTime = Math.min(Math.max(0, time), this.#carried.duration)
    this.#show()
  }

  #show(): void {
    if (!this.#carried) return
    const { audio, duration, end } = this.#carried
    if (audio.currentTime >= end) audio.pause()
    const name = audio.paused ? 'Play' : 'Pause'
    const button = part<HTMLButtonElement>(this.#body, '[data-do=toggle]')
    if (button.getAttribute('aria-label') !== name) {
      button.innerHTML = icon(audio.paused ? 'play' : 'pause')
      button.title = name
      attribute(button, 'aria-label', name)
    }
    const said = `${clock(audio.currentTime * 1000)} / ${clock(duration * 1000)}`
    this.#slider.value = String(Math.round(audio.currentTime))
    attribute(this.#slider, 'aria-valuetext', said.replace('/', 'of'))
    text(part(this.#body, '.player-time'), said)
  }
}

export function miniPlayer(): MiniPlayer | null {
  return document.querySelector<MiniPlayer>('or-mini-player')
}
