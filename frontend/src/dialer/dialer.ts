import { ApiError, serverNow, type Call } from '../api/client.ts'
import { colleagues, comings } from '../call/people.ts'
import { GUARD_MS, PressGuard } from '../call/press-guard.ts'
import { session } from '../call/session.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { timer } from '../ui/format.ts'
import { icon } from '../ui/icon.ts'
import { live } from '../api/events.ts'
import type { Shortcut } from './shortcuts.ts'
import { toast } from '../ui/toast.ts'
import { Bar, type Closed } from './bar.ts'
import { Foot } from './foot.ts'
import { keypad } from './keypad.ts'
import { microphoneMenu } from './microphone-menu.ts'
import { NumberEntry } from './number-entry.ts'
import { Problem } from './problem.ts'
import { recordIcon, renderIcon, Strip } from './recording.ts'
import { renderQuality, renderTools, tools } from './tools.ts'
import { dialerView, type DialerView } from './view.ts'
import { colleagueList, contactCard, renderColleagues, renderContact } from './who.ts'
import { WrapUp } from './wrap-up.ts'

const OPEN_KEY = 'onrecord.dialer'
const TICK_MS = 250
const WIDE = '(min-width: 70rem)'
const PHONE = '(max-width: 47.99rem)'
/** Actions that share one button: presses are ignored right after its meaning changes. */
const GUARDED = new Set(['call', 'hang-up', 'take-over', 'save-next', 'save', 'done', 'log'])

const USER_ID = document.querySelector<HTMLMetaElement>('meta[name=user]')?.content ?? ''

const MARKUP = `
  <section class="dk" id="dialer-dock" aria-label="Dialer">
    <header class="dk-head">
      <button type="button" class="quiet" data-do="minimize" aria-label="Minimize the dialer" title="Minimize" aria-expanded="true"
        aria-controls="dialer-dock">${icon('chevron-down')}</button>
      <span class="dk-title" role="status">Dialer</span>
      <span class="dk-time" role="timer"></span>
      <button type="button" class="quiet dk-net" data-do="microphone" aria-expanded="false" hidden><i></i><i></i><i></i></button>
    </header>
    <div class="dk-body">
      <button type="button" class="button dk-small dk-later" data-do="log" hidden></button>
      <p class="dk-sent" aria-live="off"></p>
    </div>
  </section>`

/** The view of the session's call, on every page. The call does not depend on it, so it can be moved or removed. */
export class Dialer extends HTMLElement {
  #built = false
  #dock = element(MARKUP)
  #said = element('<p class="unseen" role="status"></p>')
  #icon = recordIcon()
  #strip = new Strip()
  #problem = new Problem()
  #contact = contactCard()
  #colleagues = colleagueList()
  #entry = new NumberEntry()
  #pad = keypad((key) => this.#key(key))
  #microphone = microphoneMenu()
  #wrapUp = new WrapUp()
  #tools = tools()
  #foot = new Foot()
  #bar = new Bar()
  #view: DialerView | null = null
  /** A double click on Hang up must not save, nor one on Pause resume. */
  #mainGuard = new PressGuard('call')
  #recordGuard = new PressGuard('')
  #isPadOpen = false
  #keysSent = ''
  /** The call as last shown. */
  #shown: Call | null = null
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

  /** Enter a link's number for the next call, with its person if known. A call that is not logged yet waits. */
  choose({ dataset: { dial = '', person } }: HTMLElement): void {
    this.#open(true)
    if (session.busy) return
    this.#free()
    this.#entry.set(dial, person ? Number(person) : null)
    this.#foot.main.focus()
  }

  /** Move the focus to the dialer: to the number field or the main action. */
  enter(): void {
    this.#open(true)
    if (session.state.line === 'idle') this.#entry.focus()
    else this.#foot.main.focus()
  }

  /** Run a keyboard shortcut. Ending the call and pausing are never delayed. */
  take(shortcut: Shortcut): void {
    const foot = this.#view?.foot
    if (shortcut === 'dialer') this.enter()
    else if (shortcut === 'mute' && this.#view?.tools) void this.#do('mute')
    else if (shortcut === 'record') this.#press('record')
    else if (shortcut === 'hang-up' && foot?.action === 'hang-up' && !foot.disabled) void this.#do('hang-up')
    else if (shortcut === 'notes' && this.#isMine) {
      this.#open(true)
      this.#openPad(false)
      this.#wrapUp.focusNotes()
    } else if (shortcut === 'main' && foot && foot.action !== 'hang-up' && !foot.disabled) {
      // Do not press what is not visible.
      if (this.#isOpen) this.#press(foot.action)
      else this.enter()
    }
  }

  /** Join a colleague's call. */
  join(callId: string): void {
    this.#open(true)
    void session.join(callId)
  }

  #build(): void {
    this.#built = true
    const body = part(this.#dock, '.dk-body')
    part(this.#dock, '.dk-head').append(this.#icon)
    part(this.#dock, '.dk-head').after(this.#strip.root, this.#problem.root)
    body.prepend(this.#microphone, this.#contact, this.#colleagues, this.#entry.root)
    body.append(this.#wrapUp.root, this.#pad, this.#tools)
    body.after(this.#foot.root)
    this.#entry.from = this.dataset.from ?? ''
    this.replaceChildren(this.#dock, this.#said)
    document.getElementById('dialer-bar')?.replaceChildren(this.#bar.root)
    this.#listen()
    const remembered = localStorage.getItem(OPEN_KEY)
    this.#open(remembered === null ? matchMedia(WIDE).matches : remembered === 'open', false)
    void this.#entry.refresh()
  }

  #listen(): void {
    session.isNextBegun = () => !this.#entry.isEmpty
    this.#entry.addEventListener('change', () => this.#render())
    this.#entry.addEventListener('submit', () => void this.#do('call'))
    this.#entry.addEventListener('signed-out', () => session.expire())
    live.whenPolicyChanges(() => void this.#entry.refresh())
    this.#wrapUp.addEventListener('owing', () => this.#render())
    this.#wrapUp.addEventListener('saved', (event) => {
      const { call, next } = (event as CustomEvent<{ call: Call; next: boolean }>).detail
      this.#logged(call, next)
    })
    for (const root of [this.#dock, this.#bar.root]) {
      root.addEventListener('click', (event) => {
        const button = (event.target as Element).closest<HTMLElement>('[data-do]')
        if (button?.getAttribute('aria-disabled') === null) this.#press(button.dataset.do ?? '')
      })
      for (const type of ['pointerdown', 'keydown']) root.addEventListener(type, () => this.#begin())
    }
    // A click event follows right after the release.
    for (const type of ['pointerup', 'pointercancel', 'keyup', 'blur']) addEventListener(type, () => setTimeout(() => this.#release()))
    // If the dialer covers the page as a sheet, close it to show the requested page.
    document.addEventListener('htmx:after:history:push', () => {
      if (matchMedia(PHONE).matches) this.#open(false, false)
    })
  }

  #begin(): void {
    this.#mainGuard.begin(performance.now())
    this.#recordGuard.begin(performance.now())
  }

  #release(): void {
    this.#mainGuard.release()
    this.#recordGuard.release()
  }

  #press(action: string): void {
    const now = performance.now()
    if (GUARDED.has(action) && !this.#mainGuard.counts(now)) return
    if (action === 'record' && this.#loosens && !this.#recordGuard.counts(now)) return
    void this.#do(action)
  }

  async #do(action: string): Promise<void> {
    if (action === 'call') await this.#call()
    else if (action === 'hang-up') await session.hangUp()
    else if (action === 'save-next') await this.#wrapUp.save(true)
    else if (action === 'save') await this.#wrapUp.save(false)
    else if (action === 'done' || action === 'later') this.#beFree()
    else if (action === 'log') this.#takeUp()
    else if (action === 'take-over') await session.takeOver()
    else if (action === 'mute') session.mute(!session.state.muted)
    else if (action === 'record') await this.#record()
    else if (action === 'dismiss') session.dismiss()
    else if (action === 'extension') for (const key of session.state.call?.extension ?? '') this.#key(key)
    else if (action === 'keypad') this.#openPad(!this.#isPadOpen)
    else if (action === 'microphone') this.#microphone.dispatchEvent(new Event('or:toggled'))
    else if (action === 'open' || action === 'minimize') this.#toggle(action === 'open')
    this.#render()
  }

  async #call(): Promise<void> {
    if (!this.#entry.ready || session.state.line !== 'idle') return
    this.#keysSent = ''
    this.#isPadOpen = false
    await session.dial(this.#entry.number, this.#entry.personId)
  }

  async #record(): Promise<void> {
    const press = this.#view?.recording.press
    if (press?.kind === 'now') await session.record(press.wanted)
    if (press?.kind !== 'next-call') return
    try {
      await this.#entry.recordNextCall(press.wanted)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      session.report({ code: error.code, message: error.message })
    }
  }

  /** Whether pressing the recording icon would start recording in a call that is not being recorded. */
  get #loosens(): boolean {
    const press = this.#view?.recording.press
    return press?.kind === 'now' && press.wanted === 'recording'
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

  #openPad(open: boolean): void {
    this.#isPadOpen = open
    this.#render()
    if (open) part(this.#pad, 'button').focus()
  }

  /** Get ready for the next call; one that is not logged yet waits. */
  #free(): void {
    if (this.#isLogging) session.putAside()
    else session.clear()
  }

  #beFree(): void {
    this.#free()
    this.#entry.focus()
  }

  #takeUp(): void {
    this.#open(true)
    session.takeUp()
    this.#foot.main.focus()
  }

  #logged(call: Call, next: boolean): void {
    session.replace(call)
    if (this.#wrapUp.owing) return
    toast(call.log?.disposition ? `Logged: ${call.log.disposition}.` : 'Logged.')
    session.clear()
    const follower = next ? followerOf(call) : undefined
    if (follower) this.choose(follower)
    else this.#entry.focus()
  }

  /** Whether the user is the one who logs the call. */
  get #isMine(): boolean {
    const { line, role } = session.state
    return this.dataset.logs !== undefined && role === 'rep' && (line === 'active' || line === 'ended')
  }

  get #isOpen(): boolean {
    return this.#dock.hasAttribute('data-open')
  }

  get #isLogging(): boolean {
    return session.state.line === 'ended' && !this.#wrapUp.root.hidden
  }

  #open(open: boolean, remember = true): void {
    attribute(this.#dock, 'data-open', open)
    attribute(document.documentElement, 'data-dialer', open ? 'open' : 'closed')
    if (remember) localStorage.setItem(OPEN_KEY, open ? 'open' : 'closed')
  }

  #toggle(open: boolean): void {
    this.#open(open)
    if (open) this.#focusMain()
    else part(this.#bar.root, '[data-do=open]').focus()
  }

  #focusMain(): void {
    // On a phone the field would open the keyboard over the keypad.
    if (session.state.line === 'idle' && !matchMedia(PHONE).matches) this.#entry.focus()
    else this.#foot.main.focus()
  }

  #render(): void {
    const { state } = session
    const { call, line } = state
    const held = document.activeElement
    this.#wrapUp.show(this.#isMine ? call : null, line === 'ended')
    // The keypad replaces the notes.
    if (line === 'active' && this.#isPadOpen) this.#wrapUp.root.hidden = true
    const view = dialerView({
      state, ahead: this.#entry.ahead, userId: USER_ID, ready: this.#entry.ready, logging: this.#isLogging, isPadOpen: this.#isPadOpen,
    })
    this.#view = view
    const closed = this.#guard(view)
    attribute(this.#dock, 'data-line', line)
    text(part(this.#dock, '.dk-title'), view.title)
    this.#icon.hidden = !view.icon
    renderIcon(this.#icon, view.recording, closed.record)
    this.#strip.render(view.recording, line === 'ended' && call ? call.url : null, closed.record)
    if (this.#problem.render(session.problem)) this.#open(true, false)
    this.#renderBody(view)
    this.#foot.render(view.foot, closed.main)
    attribute(part(this.#foot.root, '[data-do=microphone]'), 'aria-expanded', String(!this.#microphone.hidden))
    this.#bar.render(state, view, this.#isLogging, USER_ID, closed)
    this.#offerToAsk(view)
    this.#tell(call)
    this.#tick()
    // If the focused element is gone, focus the main action.
    if (held && this.#dock.contains(held) && this.#isOpen && !held.checkVisibility()) this.#focusMain()
  }

  #guard({ foot, recording }: DialerView): Closed {
    const now = performance.now()
    const changes = [this.#mainGuard.means(foot.action, now), this.#recordGuard.means(recording.press?.kind === 'now' ? recording.press.wanted : '', now)]
    if (changes.includes(true)) setTimeout(() => this.#render(), GUARD_MS)
    return { main: this.#mainGuard.isClosed(now), record: this.#loosens && this.#recordGuard.isClosed(now) }
  }

  #renderBody(view: DialerView): void {
    const { call, line, muted } = session.state
    if (line === 'ended' && this.#shown && !this.#entry.isEmpty) this.#entry.clear()
    this.#entry.root.hidden = !view.entry
    this.#pad.hidden = !view.keypad
    this.#contact.hidden = !view.contact
    renderContact(this.#contact, call, this.#entry.preview)
    renderColleagues(this.#colleagues, line === 'active' ? call : null, USER_ID)
    this.#tools.hidden = !view.tools
    renderTools(this.#tools, muted, this.#isPadOpen)
    const net = part(this.#dock, '.dk-net')
    net.hidden = !view.quality
    renderQuality(net, session.quality)
    attribute(net, 'aria-expanded', String(!this.#microphone.hidden))
    const later = part(this.#dock, '.dk-later')
    later.hidden = !view.waiting
    text(later, view.waiting)
    text(part(this.#dock, '.dk-sent'), line === 'active' ? this.#keysSent : '')
  }

  /** Announce who joined or left the call to screen readers. */
  #tell(call: Call | null): void {
    const before = this.#shown
    this.#shown = call
    if (!call || before?.id !== call.id || session.state.line !== 'active') return
    const said = comings(colleagues(before, USER_ID), colleagues(call, USER_ID))
    if (said) text(this.#said, said)
  }

  /** If governance leaves the rep no choice, let them ask an admin. */
  #offerToAsk({ recording: { locked, reason } }: DialerView): void {
    const call = session.state.line === 'active' ? session.state.call : null
    const preview = this.#entry.preview
    const who = call?.person?.name ?? call?.to_formatted ?? preview?.person?.name ?? preview?.number?.formatted ?? ''
    const subject = { number: this.#entry.number, personId: this.#entry.personId, callId: call?.id ?? null, who, reason }
    this.#strip.ask.offer(locked && (call || preview?.number) ? subject : null)
  }

  #tick(): void {
    const { call, line } = session.state
    const since = call?.answered_at ?? null
    const said = since && (line === 'active' || line === 'elsewhere') ? timer(serverNow() - Date.parse(since)) : ''
    for (const root of [this.#dock, this.#bar.root]) text(part(root, '.dk-time'), said)
  }
}

/** The next person after the call's in the displayed list. */
function followerOf(call: Call): HTMLElement | undefined {
  const numbers = [...document.querySelectorAll<HTMLElement>('#main [data-dial]')]
  const id = String((call.log?.person ?? call.person)?.id)
  const last = numbers.findLastIndex(({ dataset }) => dataset.person === id)
  return last < 0 ? undefined : numbers[last + 1]
}
