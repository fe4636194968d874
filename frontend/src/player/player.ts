import type WaveSurfer from 'wavesurfer.js'
import { attribute, element, part, text } from '../ui/dom.ts'
import { clock } from '../ui/format.ts'
import { icon } from '../ui/icon.ts'
import { setVolume, volumeOf, type Side } from './sides.ts'
import { toast } from '../ui/toast.ts'
import { parsePeaks, silencesOf, skipTo, type Range } from './peaks.ts'
import { gapsIn, lostIn, playedIn, secondsOf, type Played } from './played.ts'
import { keepPosition, positionOf } from './position.ts'
import { drawBands, drawLostLabels } from './bands.ts'
import { Comments } from './comments.ts'
import { miniPlayer } from './mini-player.ts'
import { colors, drawWaveform } from './waveform.ts'

const STEP_SECONDS = 5
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2]
const SPEED_KEY = 'onrecord.player.speed'
const SKIP_KEY = 'onrecord.player.skip'

const MARKUP = `
  <div class="player" role="group" aria-label="Recording">
    <div class="player-wave" role="slider" tabindex="0" aria-label="Position" aria-valuemin="0" aria-valuenow="0">
      <span class="player-side" data-side="ours">Our side</span><span class="player-side" data-side="contact">Contact</span>
      <div class="player-canvas"></div><div class="player-gaps"></div>
    </div>
    <div class="player-lost"></div>
    <div class="player-marks-place"></div>
    <p class="player-problem" role="alert" hidden></p>
    <div class="player-controls">
      <button type="button" class="round player-play" aria-label="Play" title="Play">${icon('play')}</button>
      <span class="player-time"><span class="player-now">0:00</span> / <span class="player-total"></span></span>
      <button type="button" class="toggle player-skip" aria-pressed="false">${icon('skip-forward')}<span>Skip silence</span></button>
      <label class="player-speed"><span>Speed</span><select>${SPEEDS.map((speed) => `<option value="${speed}">${speed}×</option>`).join('')}</select></label>
      <button type="button" class="toggle" data-do="volume" aria-expanded="false" title="Volume of each side">${icon('volume-2')}<span class="unseen">Volume of each side</span></button>
      <button type="button" class="toggle" data-do="link" title="Copy a link to this moment">${icon('link')}<span class="unseen">Copy a link to this moment</span></button>
      <button type="button" class="toggle" data-do="comments" aria-expanded="false" title="Comments">${icon('message-square')}<span class="unseen">Comments</span><span class="player-count"></span></button>
    </div>
    <div class="player-volume" hidden>
      <label data-side="ours">Our side<input type="range" min="0" max="100" step="5" value="100" data-volume="ours"></label>
      <label data-side="contact">Contact<input type="range" min="0" max="100" step="5" value="100" data-volume="contact"></label>
    </div>
    <div class="player-comments" hidden></div>
    <audio preload="none"></audio>
  </div>`

/**
 * Player of one recording: `<or-player call page label src peaks duration spans holes [start end] [linked] [plain]>`.
 * `duration` is in milliseconds; `spans` and `holes` are JSON of what was captured and what is missing. `linked`: on the
 * call's own page, whose URL may name a second (`#t=83`) and whose stream of events includes the comments. `start`, `end`: a
 * clip in milliseconds; at its end playback pauses and `or:clip-ended` is dispatched. `page`: URL of the call. `clip`: ID of
 * a clip; `playlist`: URL of its playlist; `rest`: what follows it there. `plain`: for visitors without a session, so
 * without comments and links. If it is playing when it leaves the page, it hands its audio to the mini player. The audio
 * element requests byte ranges by itself, and nothing before playback starts, because the server logs who listened.
 */
export class Player extends HTMLElement {
  #body = element(MARKUP)
  #audio = part<HTMLAudioElement>(this.#body, 'audio')
  #slider = part(this.#body, '.player-wave')
  #play = part<HTMLButtonElement>(this.#body, '.player-play')
  #skip = part<HTMLButtonElement>(this.#body, '.player-skip')
  #speed = part<HTMLSelectElement>(this.#body, 'select')
  #wave: WaveSurfer | null = null
  #comments: Comments | null = null
  #gaps: Range[] = []
  #lost: Range[] = []
  #silences: Range[] = []
  #frame = 0
  #abort = new AbortController()
  /** What to play next, even on other pages. */
  rest: Played[] = []

  connectedCallback(): void {
    this.#abort = new AbortController()
    this.replaceChildren(this.#body)
    this.#gaps = gapsIn(playedIn(this))
    this.#lost = lostIn(playedIn(this))
    text(part(this.#body, '.player-total'), clock(this.#duration * 1000))
    attribute(this.#slider, 'aria-valuemax', String(Math.round(this.#duration)))
    this.#takeAudio()
    this.#listen()
    if (this.hasAttribute('plain')) this.#makePlain()
    else this.#comment()
    this.#showVolume()
    this.#setSpeed(Number(localStorage.getItem(SPEED_KEY) ?? 1))
    this.#setSkip(localStorage.getItem(SKIP_KEY) === 'on')
    drawBands(part(this.#body, '.player-gaps'), this.#gaps, this.#lost, this.#duration || 1)
    drawLostLabels(part(this.#body, '.player-lost'), this.#lost, this.#duration || 1)
    this.#jump()
    this.#show()
    if (!this.#audio.paused) this.#follow()
    void this.#draw()
  }

  /** Moved within the page: nothing to do. With this method, browsers that support it do not call disconnectedCallback. */
  connectedMoveCallback(): void {}

  disconnectedCallback(): void {
    this.#abort.abort()
    cancelAnimationFrame(this.#frame)
    this.#leaveAudio()
    this.#wave?.destroy()
    this.#wave = null
    part(this.#body, '.player-canvas').replaceChildren()
  }

  /** Take over the audio if the mini player is playing this recording. */
  #takeAudio(): void {
    const src = this.getAttribute('src') ?? ''
    const playing = miniPlayer()?.give(src, this.getAttribute('clip'))
    if (playing) {
      this.#audio.replaceWith(playing)
      this.#audio = playing
    } else if (this.#audio.getAttribute('src') !== src) {
      this.#audio.src = src
      // A clip starts at its own beginning.
      if (!this.hasAttribute('start')) this.#audio.currentTime = positionOf(src)
    }
  }

  #leaveAudio(): void {
    const mini = miniPlayer()
    if (this.#audio.paused || !mini) {
      this.#audio.pause()
      return
    }
    const carried = this.#audio
    // This element may be shown again, and then needs an audio element.
    this.#audio = element<HTMLAudioElement>('<audio preload="none"></audio>')
    mini.take(carried, playedIn(this), this.rest, this.#skipped)
    this.#body.append(this.#audio)
  }

  get #page(): string {
    return this.getAttribute('page') ?? ''
  }

  /** Go to the second in the page's URL. Nothing is loaded before playback starts. */
  #jump(): void {
    if (!this.hasAttribute('linked') || location.pathname !== this.#page || !this.#audio.paused) return
    const second = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1]
    if (second === undefined) return
    this.#audio.currentTime = Math.min(Number(second), this.#duration)
    this.#wave?.setTime(this.#audio.currentTime)
    this.#show()
  }

  async #copyLink(): Promise<void> {
    const link = `${location.origin}${this.#page}#t=${Math.floor(this.#audio.currentTime)}`
    try {
      await navigator.clipboard.writeText(link)
      toast(`A link to ${clock(this.#audio.currentTime * 1000)} was copied.`)
    } catch {
      // The clipboard requires TLS and permission.
      toast(`The link to ${clock(this.#audio.currentTime * 1000)}: ${link}`)
    }
  }

  /** Remove what needs a session. */
  #makePlain(): void {
    for (const name of ['link', 'comments']) part(this.#body, `[data-do=${name}]`).hidden = true
  }

  #comment(): void {
    const place = part(this.#body, '.player-comments')
    const host = { now: () => this.#audio.currentTime, seek: (time: number) => this.#seek(time), duration: () => this.#duration }
    this.#comments = new Comments(this.getAttribute('call') ?? '', host, this.#abort.signal)
    this.#comments.onCount = (count) => text(part(this.#body, '.player-count'), count ? String(count) : '')
    place.replaceChildren(this.#comments.root)
    part(this.#body, '.player-marks-place').replaceChildren(this.#comments.marks)
    if (this.hasAttribute('linked')) {
      part(this.#body, '[data-do=comments]').hidden = true
      this.#joinStream()
    }
  }

  /** On the call's page the comments are among its events, which are replaced when something happens. */
  #joinStream(): void {
    const stream = document.getElementById(`stream-${this.getAttribute('call') ?? ''}`)
    if (stream) this.#comments?.standIn(stream)
  }

  #reveal(name: string, shown: boolean): void {
    part(this.#body, `.player-${name}`).hidden = !shown
    attribute(part(this.#body, `[data-do=${name}]`), 'aria-expanded', String(shown))
  }

  #showVolume(): void {
    for (const input of this.#body.querySelectorAll<HTMLInputElement>('[data-volume]')) {
      input.value = String(100 * volumeOf(this.#audio, input.dataset.volume as Side))
    }
  }

  play(): Promise<void> {
    const { currentTime } = this.#audio
    if (currentTime < this.#start || currentTime >= this.#end) this.#seek(this.#start)
    return this.#audio.play()
  }

  pause(): void {
    this.#audio.pause()
  }

  /** Use the volume settings of another player. */
  soundLike(other: Player): void {
    for (const side of ['ours', 'contact'] as const) {
      const volume = volumeOf(other.#audio, side)
      if (volume !== volumeOf(this.#audio, side)) setVolume(this.#audio, side, volume)
    }
    this.#showVolume()
  }

  /** The playback position, in seconds. */
  get time(): number {
    return this.#audio.currentTime
  }

  get #start(): number {
    return secondsOf(playedIn(this)).start
  }

  get #end(): number {
    return secondsOf(playedIn(this)).end
  }

  /** Stop at the end of the clip. The recording may end a little before the clip does. */
  #endClip(): void {
    if (!this.hasAttribute('end') || (this.#audio.currentTime < this.#end && !this.#audio.ended)) return
    if (this.#audio.paused && !this.#audio.ended) return
    this.#audio.pause()
    this.dispatchEvent(new Event('or:clip-ended', { bubbles: true }))
  }

  get #duration(): number {
    return secondsOf(playedIn(this)).duration
  }

  #listen(): void {
    const { signal } = this.#abort
    const on = (target: EventTarget, types: string[], listener: (event: Event) => void) => {
      for (const type of types) target.addEventListener(type, listener, { signal })
    }
    on(this.#play, ['click'], () => this.#toggle())
    on(this.#body, ['click'], (event) => {
      const button = (event.target as Element).closest<HTMLElement>('[data-do]')
      const action = button?.dataset.do
      if (action === 'link') void this.#copyLink()
      else if (action === 'volume' || action === 'comments') {
        this.#reveal(action, button?.getAttribute('aria-expanded') !== 'true')
      }
    })
    on(part(this.#body, '.player-volume'), ['input'], (event) => {
      const input = event.target as HTMLInputElement
      setVolume(this.#audio, input.dataset.volume as Side, Number(input.value) / 100)
    })
    on(window, ['hashchange'], () => this.#jump())
    // A link within the app changes the URL after the page has been swapped in.
    on(document, ['htmx:after:history:push'], () => this.#jump())
    if (this.hasAttribute('linked')) on(document, ['htmx:after:swap'], () => this.#joinStream())
    on(this.#skip, ['click'], () => this.#setSkip(this.#skip.getAttribute('aria-pressed') !== 'true'))
    on(this.#speed, ['change'], () => this.#setSpeed(Number(this.#speed.value)))
    on(this.#audio, ['play', 'pause', 'ended', 'seeked', 'timeupdate'], () => this.#show())
    on(this.#audio, ['timeupdate', 'ended'], () => this.#endClip())
    on(this.#audio, ['timeupdate', 'seeked', 'ended'], () => {
      if (!this.hasAttribute('start')) keepPosition(this.getAttribute('src') ?? '', this.#audio.currentTime, this.#audio.ended)
    })
    on(this.#audio, ['play'], () => {
      document.dispatchEvent(new CustomEvent('or:playing', { detail: this }))
      this.#follow()
    })
    on(this.#audio, ['error'], () => this.#fail('The recording could not be loaded. Reload the page to try again.'))
    on(document, ['or:playing'], (event) => {
      if ((event as CustomEvent).detail !== this) this.#audio.pause()
    })
    on(document, ['or:theme'], () => this.#wave?.setOptions(colors()))
    this.#slider.addEventListener('keydown', (event) => this.#key(event), { signal })
    // Capturing, so that loading starts before the waveform seeks.
    this.#slider.addEventListener('pointerdown', () => this.#wake(), { signal, capture: true })
  }

  async #draw(): Promise<void> {
    const { signal } = this.#abort
    try {
      const response = await fetch(this.getAttribute('peaks') ?? '', { signal })
      if (!response.ok) throw new TypeError(`Peaks returned ${response.status}`)
      const peaks = parsePeaks(await response.arrayBuffer())
      if (signal.aborted) return
      this.#silences = silencesOf(peaks)
      this.#wave = drawWaveform(part(this.#body, '.player-canvas'), this.#audio, peaks, this.#duration)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof TypeError)) throw error
      this.#fail('The waveform could not be loaded. You can still play the recording.')
    }
  }

  #key(event: KeyboardEvent): void {
    const now = this.#audio.currentTime
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.#seek(now - STEP_SECONDS),
      ArrowRight: () => this.#seek(now + STEP_SECONDS),
      Home: () => this.#seek(0),
      End: () => this.#seek(this.#duration),
      ' ': () => this.#toggle(),
    }
    const move = moves[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move()
  }

  #wake(): void {
    if (this.#audio.preload === 'none') this.#audio.preload = 'auto'
  }

  #seek(time: number): void {
    this.#wake()
    this.#audio.currentTime = Math.min(Math.max(0, time), this.#duration)
  }

  #toggle(): void {
    if (this.#audio.paused) this.play().catch((error: unknown) => this.#refused(error))
    else this.#audio.pause()
  }

  #refused(error: unknown): void {
    // AbortError: paused before it started. The audio element's error event reports all other errors.
    if (!(error instanceof DOMException)) throw error
  }

  #setSpeed(speed: number): void {
    const known = SPEEDS.includes(speed) ? speed : 1
    this.#audio.playbackRate = this.#audio.defaultPlaybackRate = known
    this.#speed.value = String(known)
    localStorage.setItem(SPEED_KEY, String(known))
  }

  #setSkip(on: boolean): void {
    attribute(this.#skip, 'aria-pressed', String(on))
    localStorage.setItem(SKIP_KEY, on ? 'on' : 'off')
  }

  /** The ranges to skip. */
  get #skipped(): Range[] {
    return this.#skip.getAttribute('aria-pressed') === 'true' ? [...this.#gaps, ...this.#lost, ...this.#silences] : []
  }

  /** While playing, check every frame: `timeupdate` fires only four times a second, too late to skip cleanly. */
  #follow(): void {
    cancelAnimationFrame(this.#frame)
    if (this.#audio.paused) return
    const target = skipTo(this.#audio.currentTime, this.#skipped)
    if (target !== null) this.#seek(target)
    this.#endClip()
    this.#frame = requestAnimationFrame(() => this.#follow())
  }

  #show(): void {
    const { currentTime, paused } = this.#audio
    const name = paused ? 'Play' : 'Pause'
    if (this.#play.getAttribute('aria-label') !== name || !this.#play.dataset.shown) {
      this.#play.dataset.shown = name
      this.#play.innerHTML = icon(paused ? 'play' : 'pause')
      this.#play.setAttribute('aria-label', name)
      this.#play.title = name
    }
    this.#comments?.moved()
    const now = clock(currentTime * 1000)
    text(part(this.#body, '.player-now'), now)
    attribute(this.#slider, 'aria-valuenow', String(Math.round(currentTime)))
    attribute(this.#slider, 'aria-valuetext', `${now} of ${clock(this.#duration * 1000)}`)
  }

  #fail(message: string): void {
    const place = part(this.#body, '.player-problem')
    place.hidden = false
    text(place, message)
  }
}
