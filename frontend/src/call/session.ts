/**
 * The rep's call in this page. One object for the lifetime of the page: it owns the connection, the microphone and the
 * state, so that navigation can add and remove elements without affecting the call.
 */
import { ApiError, api, type Call, type Entry, type Role, type Wanted } from '../api/client.ts'
import { live } from '../api/events.ts'
import { timeOfDay } from '../ui/format.ts'
import * as control from './control.ts'
import { HeldMicrophone } from './held-microphone.ts'
import { MicrophoneError, type MicrophoneSettings } from './microphone.ts'
import { Phone } from './phone.ts'
import { UNKNOWN, grade, type Quality, type Sample } from './quality.ts'
import { INITIAL, isOver, reduce, type Action, type Problem, type State } from './state.ts'

const STATS_EVERY_MS = 2000
/** The switch waits 10 s for a browser to come back. */
const REATTACH_FOR_MS = 10_000
const REATTACH_PAUSE_MS = 700
/** Held by the tab with the call, so that a duplicated tab does not take it over; released when the page is gone. */
const LOCK = 'onrecord-call'
const LOCK_PATIENCE_MS = 600
/** ID of this tab's last call. Survives a reload, and is not shared with other tabs or machines. */
const CARRIED = 'onrecord.call'
/** ID of the last call, if the rep wants to log it later. */
const PUT_ASIDE = 'onrecord.put-aside'
/** Present while muted: a reload must not unmute the microphone. */
const MUTED = 'onrecord.muted'

class Session {
  state: State = INITIAL
  quality: Quality = UNKNOWN
  /** Whether the rep has started on the next call, which a call waiting to be logged must not interrupt. */
  isNextBegun: () => boolean = () => false
  readonly microphone = new HeldMicrophone()
  #watchers = new Set<() => void>()
  #phone: Phone | null = null
  #release: (() => void) | null = null
  #sample: Sample | null = null
  #keys: Promise<void> = Promise.resolve()
  #started = false

  /** Called once per page: follow live events, and resume a call after a reload. */
  start(): void {
    if (this.#started) return
    this.#started = true
    this.microphone.onChange = () => {
      void this.#phone?.useMicrophone(this.microphone.stream)
      this.#notify()
    }
    live.listen(({ call }) => this.#dispatch({ type: 'snapshot', call }))
    live.whenFresh(() => void this.#synchronize())
    live.onSignedOut = () => this.expire()
    live.onOpen = () => {
      if (this.state.problem?.code === 'offline') this.#dispatch({ type: 'dismissed' })
    }
    live.open()
    addEventListener('pagehide', () => {
      if (this.#phone && this.state.line === 'active' && this.state.call) control.detach(this.state.call.id)
    })
    setInterval(() => void this.#measure(), STATS_EVERY_MS)
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  get busy(): boolean {
    return this.state.line === 'preparing' || this.state.line === 'active'
  }

  dial(to: string, personId: number | null): Promise<void> {
    return this.#enter('rep', (offer) => api.place(to, offer, personId))
  }

  /** Join a colleague's call. */
  join(id: string): Promise<void> {
    return this.#enter('collaborator', (offer) => api.join(id, offer))
  }

  async #enter(role: Role, ask: (offer: string) => Promise<Entry>): Promise<void> {
    if (this.busy) return
    sessionStorage.removeItem(MUTED)
    this.#dispatch({ type: 'dial', role })
    try {
      await this.microphone.take()
      const phone = this.#open()
      const offer = await phone.offer()
      if (this.state.hangingUp) {
        // Hung up before the call was placed: no phone rings.
        this.#dispatch({ type: 'vanished' })
        return
      }
      const { call, sdp, ticket } = await ask(offer)
      control.keepTicket(call.id, ticket)
      await this.#hold({ steal: true })
      const canceled = this.state.hangingUp
      sessionStorage.setItem(CARRIED, call.id)
      this.#dispatch({ type: 'placed', call, role })
      if (canceled) await this.hangUp()
      else if (this.state.line === 'active') await phone.accept(sdp)
    } catch (error) {
      await this.#failed(error)
    }
  }

  /** End the call, or leave it as a collaborator. Our own audio stops immediately. */
  async hangUp(): Promise<void> {
    this.#dispatch({ type: 'hang-up' })
    if (this.state.line !== 'active' || !this.state.call) return // still preparing: dial() checks for this
    this.microphone.mute(true)
    const command = this.#command(this.state.call.id, () => this.state.hangingUp)
    try {
      if (this.state.role === 'rep') {
        const ended = await control.hangUp(command)
        if (ended) this.#dispatch({ type: 'hung-up', status: ended.status })
      } else if (await control.leave(command)) {
        this.#dispatch({ type: 'vanished' })
      }
    } catch (error) {
      this.#dispatch({ type: 'problem', problem: problemOf(error) })
      if (this.busy) this.microphone.mute(this.state.muted)
    }
  }

  async record(wanted: Wanted): Promise<void> {
    if (this.state.line !== 'active' || !this.state.call || this.state.wanted) return
    const { id, recording: { generation } } = this.state.call
    this.#dispatch({ type: 'recording-wanted', wanted })
    try {
      const reply = wanted === 'paused'
        ? await control.pause(this.#command(id, () => this.state.wanted === 'paused'))
        : await api.record(id, generation)
      if (reply) this.#dispatch({ type: 'recording-answered', ...reply })
    } catch (error) {
      this.#dispatch({ type: 'recording-refused', problem: problemOf(error) })
    }
  }

  #command(callId: string, isPressed: () => boolean): control.Command {
    const isWanted = () => isPressed() && this.state.call?.id === callId
    return {
      callId,
      phone: this.#phone,
      isWanted,
      onUnconfirmed: () => {
        if (isWanted()) this.#dispatch({ type: 'unconfirmed' })
      },
    }
  }

  /** Send a key. Keys are sent one at a time, in order. */
  press(digit: string): Promise<void> {
    const id = this.state.call?.id
    if (id === undefined || this.state.line !== 'active') return Promise.resolve()
    this.#keys = this.#keys
      .then(() => api.dtmf(id, digit))
      .catch((error: unknown) => this.#dispatch({ type: 'problem', problem: problemOf(error) }))
    return this.#keys
  }

  mute(on: boolean): void {
    this.microphone.mute(on)
    if (on) sessionStorage.setItem(MUTED, '')
    else sessionStorage.removeItem(MUTED)
    this.#dispatch({ type: 'muted', on })
  }

  /** The most urgent problem that the rep has to know about. */
  get problem(): Problem | null {
    return this.microphone.problem ?? this.state.problem
  }

  dismiss(): void {
    if (this.microphone.problem) this.microphone.dismiss()
    else this.#dispatch({ type: 'dismissed' })
  }

  report(problem: Problem): void {
    this.#dispatch({ type: 'problem', problem })
  }

  /** The session with the server has expired; the call continues. */
  expire(): void {
    this.report({ code: 'signed_out', message: 'Your session has expired. Sign in again to continue.' })
  }

  /** A page for signed-in users arrived: continue where the expired session stopped us. */
  resume(): void {
    if (this.state.problem?.code !== 'signed_out') return
    this.#dispatch({ type: 'dismissed' })
    live.open()
    void this.#synchronize()
  }

  /** Get ready for the next call. */
  clear(): void {
    this.#dispatch({ type: 'cleared' })
  }

  /** Log the ended call later. */
  putAside(): void {
    const { call, line } = this.state
    if (line !== 'ended' || !call) return
    sessionStorage.setItem(PUT_ASIDE, call.id)
    this.#dispatch({ type: 'put-aside', call })
  }

  /** Log the latest of the calls waiting to be logged. */
  takeUp(): void {
    const [call] = this.state.toLog
    if (!call || this.busy) return
    sessionStorage.removeItem(PUT_ASIDE)
    this.#dispatch({ type: 'to-log', call })
  }

  /** The server has a newer version of our call. */
  replace(call: Call): void {
    this.#dispatch({ type: 'snapshot', call })
  }

  /** Continue here a call that is in another tab. */
  async takeOver(): Promise<void> {
    const { call, role } = this.state
    if (this.state.line !== 'elsewhere' || !call) return
    await this.#hold({ steal: true })
    await this.#attach(call, role)
  }

  /** Open the microphone outside a call to show its level; `rest` closes it again. */
  async tryMicrophone(): Promise<void> {
    await this.#orSay(this.microphone.take())
  }

  rest(): void {
    if (!this.busy) this.microphone.release()
  }

  async configureMicrophone(settings: MicrophoneSettings): Promise<void> {
    await this.#orSay(this.microphone.configure(settings))
  }

  async #orSay(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#dispatch({ type: 'problem', problem: problemOf(error) })
    }
  }

  #dispatch(action: Action): void {
    const before = this.state
    this.state = reduce(before, action)
    if (this.state === before) return
    if (!this.busy && (before.line === 'active' || before.line === 'preparing')) this.#letGo()
    this.#notify()
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** Open a new connection with the microphone, dropping the previous one. */
  #open(): Phone {
    this.microphone.mute(this.state.muted)
    this.#phone?.close()
    this.#sample = null
    const phone = new Phone(this.microphone.stream)
    this.#dispatch({ type: 'stalled', on: false }) // it will be reported again
    phone.onConnected = () => this.#dispatch({ type: 'audio', audio: 'connected' })
    phone.onStopping = (at) => this.report({ code: 'stopping', message: stoppingText(at) })
    phone.onStalled = (on) => this.#dispatch({ type: 'stalled', on })
    phone.onLost = () => void this.#reattach()
    this.#phone = phone
    return phone
  }

  #letGo(): void {
    this.#phone?.close()
    this.#phone = null
    this.quality = UNKNOWN
    this.#release?.()
    this.#release = null
    this.microphone.release()
  }

  async #failed(error: unknown): Promise<void> {
    const { call } = this.state
    this.#dispatch({ type: 'problem', problem: problemOf(error) })
    // The server has placed the call but our side could not connect: do not leave the contact in silence.
    if (this.state.line === 'active' && call) await this.hangUp()
    if (error instanceof ApiError && ['call_in_progress', 'log_required'].includes(error.code)) await this.#synchronize()
  }

  /** Fetch the server's state, after a load or a gap in the live events. */
  async #synchronize(): Promise<void> {
    try {
      const { call, role, ticket, to_log: toLog } = await api.current()
      if (call && ticket) control.keepTicket(call.id, ticket)
      if (this.state.line === 'preparing') return
      if (!call || !role || isOver(call)) {
        if (this.state.line === 'active' || this.state.line === 'elsewhere') this.#dispatch({ type: 'vanished' })
        if (toLog) this.#remind(toLog)
      } else if (this.state.line === 'active' && this.state.call?.id === call.id) {
        this.#dispatch({ type: 'snapshot', call })
      } else if (sessionStorage.getItem(CARRIED) === call.id && (await this.#hold({ steal: false }))) {
        await this.#attach(call, role)
      } else {
        const { problem } = this.state
        this.#dispatch({ type: 'elsewhere', call, role })
        if (problem) this.#dispatch({ type: 'problem', problem })
      }
    } catch (error) {
      this.#dispatch({ type: 'problem', problem: problemOf(error) })
    }
  }

  #remind(call: Call): void {
    const isLater = sessionStorage.getItem(PUT_ASIDE) === call.id || this.isNextBegun()
    this.#dispatch({ type: isLater && this.state.problem?.code !== 'log_required' ? 'put-aside' : 'to-log', call })
  }

  async #attach(call: Call, role: Role): Promise<void> {
    sessionStorage.setItem(CARRIED, call.id)
    this.#dispatch({ type: 'placed', call, role })
    this.#dispatch({ type: 'muted', on: sessionStorage.getItem(MUTED) !== null })
    this.#dispatch({ type: 'audio', audio: 'lost' })
    await this.#reattach()
  }

  /** Reconnect our audio, for as long as the switch waits. */
  async #reattach(): Promise<void> {
    const { call } = this.state
    if (this.state.line !== 'active' || !call) return
    this.#dispatch({ type: 'audio', audio: 'lost' })
    const until = Date.now() + REATTACH_FOR_MS
    let problem: Problem | null = null
    while (Date.now() < until && this.state.line === 'active') {
      try {
        // Do not wait for the microphone: the contact can be heard without it.
        void this.microphone.takeIfAny()
        const phone = this.#open()
        const { sdp } = await api.attach(call.id, await phone.offer())
        await phone.accept(sdp)
        return
      } catch (error) {
        problem = problemOf(error)
        // Refused for a reason that waiting cannot fix: no session, no such call.
        if (!(error instanceof ApiError) || (error.status >= 400 && error.status < 500)) break
        await new Promise((resolve) => setTimeout(resolve, REATTACH_PAUSE_MS))
      }
    }
    if (problem) this.#dispatch({ type: 'problem', problem })
    if (problem?.code !== 'signed_out') await this.#confirmOver()
  }

  async #confirmOver(): Promise<void> {
    const { call } = await api.current().catch(() => ({ call: this.state.call }))
    if (!call || isOver(call)) this.#dispatch({ type: 'vanished' })
  }

  /** Claim the call for this tab. Without `steal`, false if another tab holds it. */
  #hold(options: { steal: boolean }): Promise<boolean> {
    // A page that is being reloaded may release it a moment after the new one asks.
    const patience = options.steal ? { steal: true } : { signal: AbortSignal.timeout(LOCK_PATIENCE_MS) }
    return new Promise((resolve) => {
      let held = false
      navigator.locks
        .request(LOCK, patience, () => {
          held = true
          resolve(true)
          return new Promise<void>((release) => (this.#release = release))
        })
        .catch(() => (held ? this.#takenOver() : resolve(false)))
    })
  }

  #takenOver(): void {
    const { call, role } = this.state
    this.#release = null
    if (this.state.line === 'active' && call) this.#dispatch({ type: 'elsewhere', call, role })
  }

  async #measure(): Promise<void> {
    if (!this.#phone || this.state.call?.status !== 'in-progress' || this.state.audio !== 'connected') return
    const now = await this.#phone.sample()
    if (this.#sample) {
      this.quality = grade(this.#sample, now)
      this.#notify()
    }
    this.#sample = now
  }
}

function stoppingText(at: Date): string {
  return `OnRecord will restart at ${timeOfDay(at)} and end this call then. Anything recorded until then is saved.`
}

function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return { code: error.code, message: error.message }
  if (error instanceof MicrophoneError) return error.problem
  // The browser rejected the switch's answer or ran out of resources: show that, and log the cause for a bug report.
  console.error(error)
  return { code: 'browser', message: 'The browser could not set up the call. Reload the page and try again.' }
}

export const session = new Session()
