/** What the dialer shows in each state. Pure, so that every case can be tested. */
import { footView, type FootView } from '../call/foot.ts'
import { recordingView, type Ahead, type RecordingView } from '../call/recording.ts'
import { isConnected, statusText, type State } from '../call/state.ts'

export interface Inputs {
  state: State
  ahead: Ahead
  userId: string
  /** Whether a number that can be called has been entered. */
  ready: boolean
  /** Whether the ended call is being logged. */
  logging: boolean
  /** Whether the rep opened the keypad during the call. */
  isPadOpen: boolean
}

export interface DialerView {
  title: string
  recording: RecordingView
  foot: FootView
  /** The visible parts. */
  entry: boolean
  contact: boolean
  keypad: boolean
  tools: boolean
  icon: boolean
  quality: boolean
  /** "1 call to log"; empty if none is waiting or one is being logged. */
  waiting: string
}

export function dialerView({ state, ahead, userId, ready, logging, isPadOpen }: Inputs): DialerView {
  const { line } = state
  const isOnCall = line === 'preparing' || line === 'active'
  return {
    title: logging ? 'Log the call' : statusText(state),
    recording: recordingView(state, ahead, userId),
    foot: footView(state, { ready, logging }),
    entry: line === 'idle',
    contact: line !== 'idle' && !logging,
    keypad: line === 'idle' || (line === 'active' && isPadOpen),
    tools: isOnCall,
    icon: line !== 'ended',
    quality: isConnected(state),
    waiting: line === 'idle' ? toLogText(state.toLog.length) : '',
  }
}

export function toLogText(count: number): string {
  if (!count) return ''
  return count === 1 ? '1 call to log' : `${count} calls to log`
}
