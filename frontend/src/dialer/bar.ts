import { colleagues } from '../call/people.ts'
import { isConnected, statusText, type State } from '../call/state.ts'
import type { RecordingView } from '../call/recording.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { recordIcon, renderIcon } from './recording.ts'
import { toLogText, type DialerView } from './view.ts'

/** Whether the main action and the recording icon ignore presses. */
export interface Closed {
  main: boolean
  record: boolean
}

/** The minimized dialer: a bar at the top, or at the bottom on phones. It shows the call's state and can end it. */
export class Bar {
  readonly root = element(`
    <section class="dk-bar" aria-label="Dialer, minimized">
      <button type="button" class="dk-open" data-do="open" aria-expanded="false" title="Open the dialer">
        <span class="dk-lamp">${icon('phone')}${icon('triangle-alert')}</span>
        <span class="dk-word"></span> <bdi class="dk-with"></bdi></button>
      <span class="unseen" role="status"></span>
      <span class="dk-time" role="timer"></span>
      <button type="button" class="primary dk-pill" data-do="log">Log it</button>
      <button type="button" class="dk-end dk-pill" data-do="hang-up"></button>
    </section>`)
  #record = recordIcon()

  constructor() {
    part(this.root, '.dk-time').after(this.#record)
  }

  /** `logging`: the ended call is being logged. */
  render(state: State, { foot, recording }: DialerView, logging: boolean, userId: string, closed: Closed): void {
    const isFree = state.line === 'idle' || state.line === 'ended'
    const toLog = isFree ? [...(logging && state.call ? [state.call] : []), ...state.toLog] : []
    const isRunning = isConnected(state)
    attribute(this.root, 'data-tone', isRunning ? recording.tone : null)
    attribute(part(this.root, '.dk-lamp'), 'data-glyph', isRunning ? recording.tone : 'phone')
    const word = toLogText(toLog.length) || barWord(state, recording)
    // Changes inside a button are not announced, so a status region has the text too.
    for (const place of ['.dk-word', '[role=status]']) text(part(this.root, place), word)
    const call = toLog[0] ?? state.call
    const names = call ? [call.person?.name ?? call.to_formatted, ...colleagues(call, userId).map(({ name }) => name)] : []
    text(part(this.root, '.dk-with'), names.join(', '))
    this.#record.hidden = state.line !== 'idle' || toLog.length > 0
    renderIcon(this.#record, recording, closed.record)
    const [log, end] = ['log', 'hang-up'].map((action) => part(this.root, `[data-do=${action}]`)) as [HTMLElement, HTMLElement]
    log.hidden = !toLog.length
    attribute(log, 'aria-disabled', closed.main ? 'true' : null)
    end.hidden = foot.action !== 'hang-up'
    text(end, foot.action === 'hang-up' ? foot.word : '')
    attribute(end, 'aria-disabled', foot.disabled || closed.main ? 'true' : null)
  }
}

/** While audio flows, the recording state matters most; otherwise the call's status. */
function barWord(state: State, { text, tone }: RecordingView): string {
  if (!isConnected(state) || state.hangingUp) return statusText(state)
  if (tone === 'warn') return state.unconfirmed ? 'Pause not confirmed' : 'Nothing saved'
  return text
}
