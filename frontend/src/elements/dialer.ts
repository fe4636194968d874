import { ApiError, api, serverNow, type Call } from '../api.ts'
import { outcomeText, recordingView, type RecordingView } from '../call/recording.ts'
import { session } from '../call/session.ts'
import { statusText } from '../call/state.ts'
import { attribute, element, part, text } from '../dom.ts'
import { timer } from '../format.ts'
import { icon } from '../icon.ts'
import { live } from '../live.ts'
import type { AskAdmin } from './ask-admin.ts'
import { keypad } from './keypad.ts'
import { microphoneMenu } from './microphone-menu.ts'
import { NumberEntry } from './number-entry.ts'
import { WrapUp } from './wrap-up.ts'

const OPEN_KEY = 'onrecord.dialer'
const TICK_MS = 250
const GRADES = { unknown: 'Measuring', poor: 'Poor', fair: 'Fair', good: 'Good' } as const

const MARKUP = `
  <section class="dock" aria-label="Dialer">
    <header class="dock-bar">
      <button type="button" class="dock-toggle" aria-expanded="true" aria-controls="dock-body">
        ${icon('phone')}<span class="dock-title">Dialer</span>
        <span class="dock-summary"><span class="dock-who"></span><span class="dock-status" role="status"></span></span>
        <span class="dock-timer" role="timer" hidden>00:00</span>
        <span class="dock-chevron">${icon('chevron-down')}</span>
      </button>
    </header>
    <div class="dock-problem" role="alert" hidden>
      ${icon('triangle-alert')}<p></p>
      <button type="button" class="quiet" data-do="dismiss" aria-label="Dismiss the message">${icon('x')}</button>
    </div>
    <div class="dock-body" id="dock-body">
      <div class="call-card">
        <p class="call-name"></p>
        <p class="call-number"></p>
        <button type="button" class="button" data-do="extension" hidden></button>
        <p class="call-outcome"><span role="status"></span><a hidden>Open the call</a></p>
        <button type="button" class="quiet call-close" data-do="clear" aria-label="Put the call away" title="Put away">${icon('x')}</button>
        <p class="call-facts"><span class="call-from"></span><span class="quality" hidden><i></i><i></i><i></i><span></span></span></p>
      </div>
      <p class="dock-keys" aria-live="off"></p>
    </div>
    <div class="record-line"><span class="record-lamp"></span><div><strong class="record-text"></strong>
      <span class="record-reason" id="record-reason"></span><or-ask-admin hidden></or-ask-admin></div></div>
    <div class="controls">
      <button type="button" class="round" data-do="microphone" aria-label="Microphone settings" title="Microphone settings"
        aria-expanded="false">${icon('sliders-horizontal')}</button>
      <button type="button" class="round" data-do="mute" aria-pressed="false"></button>
      <button type="button" class="round" data-do="keypad" aria-label="Keypad" title="Keypad" aria-expanded="false">${icon('grid-3x3')}</button>
      <button type="button" class="round record" data-do="record" aria-describedby="record-reason"></button>
      <button type="button" class="primary call" data-do="call">${icon('phone')}<span>Call</span></button>
      <button type="button" class="primary hang-up" data-do="hang-up">${icon('phone-off')}<span>Hang up</span></button>
      <button type="button" class="primary" data-do="take-over">${icon('phone-incoming')}<span>Continue here</span></button>
    </div>
  </section>`

/** View of the session's call, on every page. It holds nothing that the call needs: it may be moved or removed at will. */
export class Dialer extends HTMLElement {
  #built = false
  #dock = element(MARKUP)
  #entry = new NumberEntry()
  #pad = keypad((key) => this.#key(key))
  #microphone = microphoneMenu()
  #wrapUp = new WrapUp()
  /** Whether the keypad is there without being asked for. */
  #keys = true
  #keysSent = ''
  #unwatch = () => {}
  #clock = 0

  connectedCallback(): void {
    if (!this.#built) this.#build()
    this.#unwatch = session.watch(() => this.#render())
    this.#clock = window.setInterval(() => this.#tick(), TICK_MS)
    this.#render()
  }

  disconnectedCallback(): void {
    // Never hang up here: navigation may take the element away for a moment.
    this.#unwatch()
    clearInterval(this.#clock)
  }

  /** Put a number up for the next call, with its person when known. */
  choose(number: string, personId: string | null): void {
    this.#open(true)
    if (session.busy) return
    session.clear()
    this.#entry.set(number, personId)
    this.#button('call').focus()
  }

  /** Come into a colleague's call. */
  join(callId: string): void {
    this.#open(true)
    void session.join(callId)
  }

  #build(): void {
    this.#built = true
    part(this.#dock, '.call-card').after(this.#wrapUp.root, this.#entry.root)
    part(this.#dock, '.dock-body').append(this.#pad, this.#microphone)
    this.#entry.from = this.dataset.from ?? ''
    this.replaceChildren(this.#dock)
    this.#entry.addEventListener('change', () => {
      session.decision = this.#entry.preview?.decision ?? null
      this.#render()
    })
    this.#entry.addEventListener('submit', () => void this.#call())
    this.#entry.addEventListener('signed-out', () => session.expire())
    live.whenPolicyChanges(() => {
      if (this.#entry.ready) void this.#entry.refresh()
    })
    this.#wrapUp.addEventListener('owing', () => this.#render())
    this.#wrapUp.addEventListener('saved', (event) => {
      const { call, next } = (event as CustomEvent<{ call: Call; next: boolean }>).detail
      session.replace(call)
      if (next) this.#next(call)
    })
    part(this.#dock, '.dock-toggle').addEventListener('click', () => this.#open(!this.#isOpen))
    this.#dock.addEventListener('click', (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>('[data-do]')
      if (button && button.getAttribute('aria-disabled') !== 'true') void this.#do(button.dataset.do ?? '', button)
    })
    // Where the dialer lies over the page as a sheet, it makes way for the page that was asked for.
    document.addEventListener('htmx:after:history:push', () => {
      if (!matchMedia('(min-width: 48rem)').matches) this.#open(false, false)
    })
    const remembered = localStorage.getItem(OPEN_KEY)
    this.#open(remembered === null ? matchMedia('(min-width: 70rem)').matches : remembered === 'open', false)
  }

  async #do(action: string, button: HTMLButtonElement): Promise<void> {
    if (action === 'call') await this.#call()
    else if (action === 'hang-up') await session.hangUp()
    else if (action === 'mute') session.mute(!session.state.muted)
    else if (action === 'record') await this.#record()
    else if (action === 'take-over') await session.takeOver()
    else if (action === 'dismiss') session.dismiss()
    else if (action === 'clear') session.clear()
    else if (action === 'extension') for (const key of session.state.call?.extension ?? '') this.#key(key)
    else if (action === 'keypad') this.#reveal(this.#pad, button)
    else if (action === 'microphone') {
      this.#microphone.dispatchEvent(new Event('or:toggled'))
      attribute(button, 'aria-expanded', String(!this.#microphone.hidden))
      if (!this.#microphone.hidden) this.#open(true)
    }
  }

  async #call(): Promise<void> {
    if (!this.#entry.ready || session.busy) return
    this.#keysSent = ''
    await session.dial(this.#entry.number, this.#entry.personId)
  }

  async #record(): Promise<void> {
    const { press } = recordingView(session.state, session.decision)
    if (press?.kind === 'now') await session.record(press.wanted)
    if (press?.kind !== 'next-call') return
    try {
      await api.recordNextCall(press.wanted)
      await this.#entry.refresh()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      session.report({ code: error.code, message: error.message })
    }
  }

  #key(key: string): void {
    if (session.state.line !== 'active') {
      this.#entry.type(key)
      return
    }
    this.#keysSent = (this.#keysSent + key).slice(-24)
    void session.press(key)
    this.#render()
  }

  get #isOpen(): boolean {
    return this.#dock.hasAttribute('data-open')
  }

  /** Put up the person who follows on this page, or make room for a number. */
  #next(call: Call): void {
    const numbers = [...document.querySelectorAll<HTMLElement>('#main [data-dial]')]
    const id = String((call.log?.person ?? call.person)?.id)
    const last = numbers.findLastIndex(({ dataset }) => dataset.person === id)
    const follower = last < 0 ? undefined : numbers[last + 1]
    session.clear()
    if (follower) this.choose(follower.dataset.dial ?? '', follower.dataset.person ?? null)
    else this.#entry.focus()
  }

  #open(open: boolean, remember = true): void {
    attribute(this.#dock, 'data-open', open)
    attribute(document.documentElement, 'data-dialer', open ? 'open' : 'closed')
    attribute(part(this.#dock, '.dock-toggle'), 'aria-expanded', String(open))
    if (remember) localStorage.setItem(OPEN_KEY, open ? 'open' : 'closed')
  }

  #reveal(panel: HTMLElement, button: HTMLElement): void {
    panel.hidden = !panel.hidden
    attribute(button, 'aria-expanded', String(!panel.hidden))
    if (!panel.hidden) this.#open(true)
  }

  #button(action: string): HTMLButtonElement {
    return part<HTMLButtonElement>(this.#dock, `[data-do=${action}]`)
  }

  #render(): void {
    const { state } = session
    const { call, line } = state
    attribute(this.#dock, 'data-line', line)
    const free = line === 'idle' || line === 'ended'
    const over = line === 'ended'
    const isMine = this.dataset.logs !== undefined && state.role === 'rep' && (line === 'active' || over)
    this.#wrapUp.show(isMine ? call : null, over)
    attribute(this.#dock, 'data-owing', this.#wrapUp.owing)
    // The keypad belongs to entry, and gives room to what is to be written; during a call it comes when asked for.
    this.#entry.root.hidden = !free || this.#wrapUp.owing
    const keys = free && this.#wrapUp.root.hidden === true
    if (keys !== this.#keys) this.#pad.hidden = !keys
    this.#keys = keys
    attribute(this.#button('keypad'), 'aria-expanded', String(!this.#pad.hidden))

    const who = over ? null : (call?.person?.name ?? call?.to_formatted)
    text(part(this.#dock, '.dock-title'), who ?? (this.#wrapUp.root.hidden ? 'Dialer' : 'Log the call'))
    text(part(this.#dock, '.dock-status'), line === 'ended' ? '' : statusText(state))
    this.#renderCard()
    this.#renderProblem()
    const recording = recordingView(state, session.decision)
    this.#renderRecording(recording)
    this.#offerToAsk(recording)

    attribute(this.#button('call'), 'aria-disabled', this.#entry.ready ? null : 'true')
    const mute = this.#button('mute')
    const name = state.muted ? 'Unmute' : 'Mute'
    if (mute.getAttribute('aria-label') !== name) {
      mute.innerHTML = icon(state.muted ? 'mic-off' : 'mic')
      mute.setAttribute('aria-label', name)
      mute.title = name
      attribute(mute, 'aria-pressed', String(state.muted))
    }
    attribute(this.#button('hang-up'), 'aria-disabled', state.hangingUp ? 'true' : null)
    text(part(this.#button('hang-up'), 'span'), state.role === 'rep' ? 'Hang up' : 'Leave')
    text(part(this.#dock, '.dock-keys'), line === 'active' ? this.#keysSent : '')
    this.#tick()
  }

  #renderCard(): void {
    const { call } = session.state
    const card = part(this.#dock, '.call-card')
    card.hidden = !call
    if (!call) return
    const name = part(card, '.call-name')
    if (call.person && name.querySelector('a')?.getAttribute('href') !== call.person.url) {
      const link = element<HTMLAnchorElement>('<a></a>')
      link.href = call.person.url
      link.textContent = call.person.name
      name.replaceChildren(link)
      name.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    } else if (!call.person) text(name, 'Not one of your people')
    text(part(card, '.call-number'), call.to_formatted)
    const extension = this.#button('extension')
    extension.hidden = !call.extension || call.status !== 'in-progress' || session.state.line !== 'active'
    text(extension, `Send extension ${call.extension}`)
    text(part(card, '.call-from'), call.from_formatted ? `From ${call.from_formatted}` : '')
    this.#renderOutcome(card, call)
    const { grade, loss, jitterMs, roundTripMs } = session.quality
    const quality = part(card, '.quality')
    quality.hidden = session.state.line !== 'active' || call.status !== 'in-progress'
    attribute(quality, 'data-grade', grade)
    text(part(quality, 'span'), `${GRADES[grade]} connection`)
    const details = `Lost ${(loss * 100).toFixed(1)} %, jitter ${jitterMs} ms` + (roundTripMs === null ? '' : `, round trip ${roundTripMs} ms`)
    attribute(quality, 'title', grade === 'unknown' ? null : details)
  }

  #renderOutcome(card: HTMLElement, call: Call): void {
    const over = session.state.line === 'ended'
    const lasted = call.duration_ms ? ` · ${timer(call.duration_ms)}` : ''
    const logged = call.log?.logged ? ` Logged${call.log.disposition && `: ${call.log.disposition}`}.` : ''
    text(part(card, '.call-outcome span'), over ? `${statusText(session.state)}${lasted}. ${outcomeText(call)}${logged}` : '')
    const link = part<HTMLAnchorElement>(card, '.call-outcome a')
    link.hidden = !over
    if (over && link.pathname !== `/calls/${call.id}`) {
      link.href = `/calls/${call.id}`
      link.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    }
  }

  #renderProblem(): void {
    const { problem } = session
    const box = part(this.#dock, '.dock-problem')
    const place = part(box, 'p')
    const shown = problem?.message ?? ''
    if (place.dataset.message === shown) return
    place.dataset.message = shown
    place.textContent = shown
    if (problem?.code === 'signed_out') {
      const link = element<HTMLAnchorElement>('<a>Sign in</a>')
      link.href = `/sign-in?${new URLSearchParams({ next: location.pathname + location.search })}`
      place.append(' ', link)
      place.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    }
    box.hidden = !problem
  }

  #renderRecording(view: RecordingView): void {
    const button = this.#button('record')
    const shown = JSON.stringify(view)
    if (button.dataset.shown === shown) return
    button.dataset.shown = shown
    button.innerHTML = icon(view.pending ? 'loader-circle' : view.glyph) + (view.locked ? icon('lock') : '')
    button.setAttribute('aria-label', view.name)
    button.title = view.name
    attribute(button, 'data-tone', view.tone)
    attribute(button, 'data-pending', view.pending)
    attribute(button, 'data-locked', view.locked)
    attribute(button, 'aria-busy', view.pending ? 'true' : null)
    attribute(button, 'aria-disabled', view.press ? null : 'true')
    attribute(this.#dock, 'data-recording', view.tone)
    text(part(this.#dock, '.record-text'), view.text)
    text(part(this.#dock, '.record-reason'), view.reason)
  }

  /** Where governance leaves the rep no choice, they can ask those who do have one. */
  #offerToAsk({ locked, reason }: RecordingView): void {
    const call = session.state.line === 'active' ? session.state.call : null
    const preview = this.#entry.preview
    const who = call?.person?.name ?? call?.to_formatted ?? preview?.person?.name ?? preview?.number?.formatted ?? ''
    const subject = { number: this.#entry.number, personId: this.#entry.personId, callId: call?.id ?? null, who, reason }
    part<AskAdmin>(this.#dock, 'or-ask-admin').offer(locked ? subject : null)
  }

  #tick(): void {
    const { call, line } = session.state
    const display = part(this.#dock, '.dock-timer')
    const answered = call?.answered_at ? Date.parse(call.answered_at) : null
    display.hidden = answered === null || line === 'idle' || line === 'ended'
    if (answered !== null) text(display, timer(serverNow() - answered))
  }
}
