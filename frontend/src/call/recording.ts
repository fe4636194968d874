/** What the recording icon and the strip below it show. Pure, so that every case can be tested. */
import type { Call, Decision, Wanted } from '../api/client.ts'
import { clock } from '../ui/format.ts'
import { callTime, nameOf } from './people.ts'
import { endingText, isOver, type State } from './state.ts'

export type Tone =
  /** Sound is being captured. */
  | 'on'
  /** It will be. */
  | 'armed'
  | 'off'
  | 'paused'
  /** Sound should be recorded, but is not or may not be. */
  | 'warn'

export interface RecordingView {
  /** Accessible name of the icon. */
  name: string
  /** Whether the icon is pressed; null if it is not a toggle. */
  pressed: boolean | null
  /** State in words, always shown next to the color. */
  text: string
  /** Why, in a sentence; may be empty. */
  reason: string
  tone: Tone
  locked: boolean
  /** Waiting for the switch's answer. */
  pending: boolean
  /** The label of the strip's button; empty if a press can do nothing. */
  button: string
  /** What a press requests; null if it can do nothing. */
  press: { kind: 'next-call'; wanted: boolean } | { kind: 'now'; wanted: Wanted } | null
}

/** What is known about the next call. */
export interface Ahead {
  decision: Decision | null
  /** Whether it is known who will be called. */
  isFinal: boolean
}

/** The state of the recording once the user has left the call, which may continue without them. */
export function outcomeText(call: Call): string {
  const { recording } = call
  if (!isOver(call)) {
    return recording.state === 'recording' ? 'The call continues and is being recorded.' : 'The call continues.'
  }
  switch (recording.status) {
    case 'completed':
      return 'The recording is ready.'
    case 'not_recorded':
      return `No recording: ${why(recording.reason ?? 'nothing was captured.')}`
    case 'failed':
      return recording.reason ?? 'The recording failed.'
    default:
      return 'The recording is being processed.'
  }
}

/** The icon's tooltip: its state and, if it cannot be changed, why. */
export function tooltip({ name, pressed, locked, reason }: RecordingView): string {
  const state = pressed === null ? name : `${name}: ${pressed ? 'on' : 'off'}`
  return locked && reason ? `${state}. ${reason}` : state
}

const RESTING = { pressed: null, tone: 'off', locked: false, pending: false, button: '', press: null } as const

export function recordingView(state: State, ahead: Ahead, userId: string): RecordingView {
  const { call, line } = state
  if (line === 'ended' && call) {
    return { ...RESTING, name: 'Recording', text: endingText(call, state.role), reason: outcomeText(call) }
  }
  if (line === 'preparing') return whilePreparing(state, ahead.decision)
  if (!call) return beforeCall(ahead)
  const view = duringCall(state, call, userId)
  return line === 'elsewhere' ? { ...view, button: '', press: null } : view
}

function whilePreparing({ role }: State, decision: Decision | null): RecordingView {
  if (role === 'collaborator' || !decision) return { ...RESTING, name: 'Recording', text: 'Recording is decided when the call connects', reason: '' }
  return waiting(decision.records, why(decision.sentence), !decision.may_change)
}

function waiting(records: boolean, reason: string, locked: boolean): RecordingView {
  return records
    ? { ...RESTING, name: 'Recording Starts When They Answer', text: 'Will be recorded', tone: 'armed', reason, locked }
    : { ...RESTING, name: 'Recording Starts Off', text: "Won't be recorded", reason, locked }
}

function beforeCall({ decision, isFinal }: Ahead): RecordingView {
  if (!decision) {
    const reason = 'Enter a number or choose a person to see whether the call will be recorded.'
    return { ...RESTING, name: 'Record Next Call', text: 'Recording is not decided yet', reason }
  }
  const { records, may_choose: mayChoose, sentence } = decision
  const seen = {
    ...RESTING,
    name: 'Record Next Call',
    pressed: records,
    tone: records ? ('armed' as const) : ('off' as const),
    locked: !mayChoose,
    press: mayChoose ? ({ kind: 'next-call', wanted: !records } as const) : null,
  }
  if (!isFinal) {
    const text = records ? 'Record Next Call is on' : 'Record Next Call is off'
    return { ...seen, text, reason: mayChoose ? 'The number you choose may change this.' : why(sentence) }
  }
  const side = records && decision.mode === 'one_sided' ? 'Your side only. ' : ''
  return {
    ...seen,
    text: records ? 'Will be recorded' : "Won't be recorded",
    reason: side + why(sentence),
    button: mayChoose ? (records ? 'Turn off' : 'Turn on') : '',
  }
}

function duringCall(state: State, call: Call, userId: string): RecordingView {
  const { recording } = call
  const reason = why(recording.reason ?? '')
  if (recording.mode === 'none') {
    return { ...RESTING, name: 'This Call Cannot Be Recorded', text: 'Not recording', reason, locked: true }
  }
  const locked = !recording.may_change
  if (call.status !== 'in-progress') return waiting(recording.at_start, reason, locked)
  const shown = RUNNING[recording.state]
  return {
    name: locked ? shown.lockedName : shown.name,
    pressed: null,
    ...said(state, call, userId),
    locked,
    pending: state.wanted !== null,
    button: locked ? '' : buttonWord(call),
    press: locked || state.wanted ? null : { kind: 'now', wanted: shown.next },
  }
}

const STALLED = 'The recording cannot be saved right now. Tell your admin. The call continues.'

/** The state of a live call, in words. Problems come first. */
function said(state: State, call: Call, userId: string): Pick<RecordingView, 'text' | 'reason' | 'tone'> {
  const { recording } = call
  const isOn = recording.state === 'recording'
  if (state.wanted === 'paused' && state.unconfirmed) {
    return {
      text: 'Pause not confirmed: recording may still be on',
      reason: 'Do not say anything that must not be recorded yet. OnRecord keeps trying. To be safe, hang up.',
      tone: 'warn',
    }
  }
  const pending = state.wanted && PENDING[state.wanted]
  const stalled = recording.stalled ?? (state.stalled ? STALLED : null)
  if (isOn && stalled) return { text: pending ?? 'Nothing is being saved', reason: stalled, tone: 'warn' }
  if (isOn && recording.announcing) {
    const reason = 'The contact hears the announcement. Recording starts when it ends.'
    return { text: pending ?? 'Will be recorded', reason, tone: 'armed' }
  }
  const { text, tone } = RUNNING[recording.state]
  return { text: pending ?? text(call, userId), reason: reasonNow(call, userId), tone }
}

/** The decision's sentence describes how the call began; later changes need another one. */
function reasonNow(call: Call, userId: string): string {
  const { recording } = call
  const { moved } = recording
  if (recording.state === 'paused') {
    const since = moved ? `Since ${clock(callTime(call, moved.at))}. ` : ''
    return `${since}Nothing is saved until ${call.people.length > 1 ? 'one of you resumes' : 'you resume'}.`
  }
  const began = why(recording.reason ?? '')
  if (recording.state === 'off') return began
  const sides = recording.mode === 'one_sided' ? 'Your side only. ' : ''
  const did = moved?.kind === 'resumed' ? 'Resumed' : 'Turned on'
  const by = moved?.by ? `${did} by ${nameOf(call, moved.by, userId)} at ${clock(callTime(call, moved.at))}.` : ''
  return sides + (by || (recording.at_start ? began : ''))
}

function buttonWord({ recording }: Call): string {
  return { off: 'Start', recording: 'Pause', paused: 'Resume' }[recording.state]
}

/** "Off: California requires …" without the part already shown next to it, in each of the sentences. */
function why(sentences: string): string {
  const upper = (_: string, before: string, letter: string): string => before + letter.toUpperCase()
  return sentences.replace(/(^|[.!?] )(?:On|Off|One-sided): (.)/gu, upper).replace(/^()(.)/u, upper)
}

const PENDING: Record<Wanted, string> = { recording: 'Starting to record…', paused: 'Pausing the recording…' }

const RUNNING = {
  off: {
    name: 'Start Call Recording', lockedName: 'Not Recording, Locked', text: () => 'Not recording', tone: 'off', next: 'recording',
  },
  recording: {
    name: 'Pause Call Recording', lockedName: 'Recording, Locked', text: () => 'Recording', tone: 'on', next: 'paused',
  },
  paused: {
    name: 'Resume Call Recording', lockedName: 'Recording Paused, Locked', text: pausedText, tone: 'paused', next: 'recording',
  },
} as const

function pausedText(call: Call, userId: string): string {
  const { moved } = call.recording
  return moved?.by ? `Paused by ${nameOf(call, moved.by, userId)}` : 'Paused'
}
