/** Holds the microphone while it is wanted. If it is disconnected, another one replaces it as soon as possible. */
import {
  MicrophoneError, loadSettings, openMicrophone, saveSettings, stop, type MicrophoneSettings,
} from './microphone.ts'
import type { Problem } from './state.ts'

const RETRY_MS = 2000
const NOBODY_HEARS = 'No one can hear you until then.'

export class HeldMicrophone {
  settings: MicrophoneSettings = loadSettings()
  /** Null while none is wanted or none is available. */
  stream: MediaStream | null = null
  /** What to tell the user about a lost microphone; null if all is well. */
  problem: Problem | null = null
  /** Called when the stream or the problem changes. */
  onChange: () => void = () => {}
  #wanted = false
  #muted = false
  #opening: Promise<MediaStream> | null = null

  constructor() {
    // Some browsers do not support querying the microphone permission.
    navigator.permissions
      ?.query({ name: 'microphone' as PermissionName })
      .then((permission) => permission.addEventListener('change', () => this.#tryAgain()), () => {})
  }

  /** Open the microphone unless it is open. Rejects with MicrophoneError. */
  async take(): Promise<void> {
    this.#wanted = true
    if (!this.stream) await this.#open()
  }

  /** Open it if available; otherwise `problem` says why. For a call that continues without it. */
  async takeIfAny(): Promise<void> {
    this.#wanted = true
    if (!this.stream) await this.#replace()
  }

  release(): void {
    this.#wanted = false
    stop(this.stream)
    this.stream = this.problem = null
    this.onChange()
  }

  mute(on: boolean): void {
    this.#muted = on
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !on
  }

  /** Use another device or processing from now on. Rejects with MicrophoneError, and then keeps the old one. */
  async configure(settings: MicrophoneSettings): Promise<void> {
    this.settings = settings
    saveSettings(settings)
    if (this.#wanted) await this.#open()
  }

  /** The user has seen that the microphone was replaced. The message that there is none stays. */
  dismiss(): void {
    if (!this.stream || !this.problem) return
    this.problem = null
    this.onChange()
  }

  async #open(): Promise<void> {
    const { settings } = this
    const opening = (this.#opening = openMicrophone(settings))
    const fresh = await opening.finally(() => {
      if (this.#opening === opening) this.#opening = null
    })
    // While the browser asked for permission, the user may have chosen another one or stopped wanting it.
    if (!this.#wanted || settings !== this.settings) {
      stop(fresh)
      return
    }
    stop(this.stream)
    this.stream = fresh
    this.problem = null
    this.mute(this.#muted)
    for (const track of fresh.getAudioTracks()) {
      track.addEventListener('ended', () => {
        if (this.stream === fresh) void this.#lost()
      })
    }
    this.onChange()
  }

  async #lost(): Promise<void> {
    stop(this.stream)
    this.stream = null
    this.#say('microphone_gone', `The microphone was disconnected. Looking for another one. ${NOBODY_HEARS}`)
    await this.#replace()
    const label = (this.stream as MediaStream | null)?.getAudioTracks()[0]?.label
    if (label) this.#say('microphone_changed', `The microphone was disconnected. You are now using “${label}”.`)
  }

  async #replace(): Promise<void> {
    try {
      await this.#open()
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error
      if (!this.#wanted) return
      this.#say('microphone_gone', `${error.problem.message} ${NOBODY_HEARS}`)
      // If the user has refused, asking again would only annoy them.
      if (error.problem.code !== 'microphone_blocked') setTimeout(() => this.#tryAgain(), RETRY_MS)
    }
  }

  #tryAgain(): void {
    if (this.#wanted && !this.stream && !this.#opening) void this.#replace()
  }

  #say(code: string, message: string): void {
    this.problem = { code, message }
    this.onChange()
  }
}
