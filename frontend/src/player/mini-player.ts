import { attribute, element, part, text } from '../ui/dom.ts'
import { clock } from '../ui/format.ts'
import { icon } from '../ui/icon.ts'
import { skipTo, type Range } from './peaks.ts'
import { keepPosition } from './position.ts'
import { gapsIn, lostIn, pageOf, secondsOf, type Played } from './played.ts'
import { toast } from '../ui/toast.ts'

const STEP_SECONDS = 5

const MARKUP = `
  <section class="mini" aria-label="Now playing">
    <button type="button" class="round player-play" data-do="toggle" aria-label="Play" title="Play">${icon('play')}</button>
    <div class="mini-what"><a class="mini-title"></a>
      <input type="range" min="0" step="1" aria-label="Position"></div>
    <span class="player-time"></span>
    <button type="button" class="quiet" data-do="close" aria-label="Stop listening" title="Stop listening">${icon('x')}</button>
  </section>`

/** `<or-mini-player>` is outside the swapped page, so it stays during navigation. */
export class MiniPlayer extends HTMLElement {
  #body = element(MARKUP)
  #slider = part<HTMLInputElement>(this.#body, 'input')
  #audio: HTMLAudioElement | null = null
  #played: Played = {}
  #rest: Played[] = []
  #skipped: Range[] = []
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
      if (step === undefined || !this.#audio) return
      event.preventDefault()
      this.#seek(this.#audio.currentTime + step)
    })
  }

  /**
   * Continue a recording, and then the `rest`. The audio must be moved here in the same task in which it left the page, or
   * it pauses. `skipped`: the ranges to skip.
   */
  take(audio: HTMLAudioElement, played: Played, rest: Played[], skipped: Range[]): void {
    this.#close()
    this.#audio = audio
    this.#rest = rest
    this.#skipped = skipped
    this.#abort = new AbortController()
    const { signal } = this.#abort
    this.#body.append(audio)
    for (const type of ['play', 'pause', 'timeupdate', 'ended']) audio.addEventListener(type, () => this.#show(), { signal })
    for (const type of ['timeupdate', 'ended']) audio.addEventListener(type, () => this.#end(), { signal })
    audio.addEventListener('timeupdate', () => this.#goOn(), { signal })
    audio.addEventListener('play', () => document.dispatchEvent(new CustomEvent('or:playing', { detail: this })), { signal })
    audio.addEventListener('error', () => toast(`${this.#played.label} could not be loaded.`), { signal })
    document.addEventListener('or:playing', (event) => {
      if ((event as CustomEvent).detail !== this) audio.pause()
    }, { signal })
    this.hidden = false
    this.#name(played)
  }

  /** Return the audio to its player; null if something else is playing. `clip`: the ID, if it is a clip. */
  give(src: string, clip: string | null): HTMLAudioElement | null {
    const audio = this.#audio
    if (!audio || this.#played.src !== src || (this.#played.clip ?? null) !== clip) return null
    this.#forget()
    return audio
  }

  /** ID of the clip that is playing. */
  get clip(): string | null {
    return this.#audio ? this.#played.clip ?? null : null
  }

  #name(played: Played): void {
    this.#played = played
    const link = part<HTMLAnchorElement>(this.#body, 'a')
    text(link, played.label ?? 'Recording')
    link.href = pageOf(played)
    link.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    this.#slider.max = String(Math.round(secondsOf(played).duration))
    this.#show()
  }

  #goOn(): void {
    const audio = this.#audio
    if (!audio) return
    const target = skipTo(audio.currentTime, this.#skipped)
    if (target !== null) audio.currentTime = target
    if (!this.#played.clip) keepPosition(this.#played.src ?? '', audio.currentTime, audio.ended)
  }

  /** At the end of a clip, continue with the next. */
  #end(): void {
    const audio = this.#audio
    if (!audio || (audio.currentTime < secondsOf(this.#played).end && !audio.ended)) return
    if (audio.paused && !audio.ended) return
    const [next, ...rest] = this.#rest
    if (!next) {
      audio.pause()
      return
    }
    this.#rest = rest
    // Its silences are unknown without its waveform.
    this.#skipped = this.#skipped.length ? [...gapsIn(next), ...lostIn(next)] : []
    audio.src = next.src ?? ''
    audio.currentTime = secondsOf(next).start
    this.#name(next)
    this.#play(audio)
  }

  #play(audio: HTMLAudioElement): void {
    audio.play().catch((error: unknown) => {
      // AbortError: paused before it started. The audio element's error event reports all other errors.
      if (!(error instanceof DOMException)) throw error
    })
  }

  #close(): void {
    const audio = this.#audio
    this.#forget()
    audio?.pause()
    audio?.remove()
  }

  #forget(): void {
    this.#abort.abort()
    this.#audio = null
    this.#rest = []
    this.hidden = true
  }

  #toggle(): void {
    if (!this.#audio) return
    if (this.#audio.paused) this.#play(this.#audio)
    else this.#audio.pause()
  }

  #seek(time: number): void {
    if (this.#audio) this.#audio.currentTime = Math.min(Math.max(0, time), secondsOf(this.#played).duration)
    this.#show()
  }

  #show(): void {
    const audio = this.#audio
    if (!audio) return
    const name = audio.paused ? 'Play' : 'Pause'
    const button = part<HTMLButtonElement>(this.#body, '[data-do=toggle]')
    if (button.getAttribute('aria-label') !== name) {
      button.innerHTML = icon(audio.paused ? 'play' : 'pause')
      button.title = name
      attribute(button, 'aria-label', name)
    }
    const said = `${clock(audio.currentTime * 1000)} / ${clock(secondsOf(this.#played).duration * 1000)}`
    this.#slider.value = String(Math.round(audio.currentTime))
    attribute(this.#slider, 'aria-valuetext', said.replace('/', 'of'))
    text(part(this.#body, '.player-time'), said)
  }
}

export function miniPlayer(): MiniPlayer | null {
  return document.querySelector<MiniPlayer>('or-mini-player')
}
