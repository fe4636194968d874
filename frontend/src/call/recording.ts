/** How the recording button and its text look: pure, so that every case can be tested. */
import type { Call, Decision, Wanted } from '../api.ts'
import { isOver, type State } from './state.ts'

export interface RecordingView {
  /** Accessible name and tooltip. */
  name: string
  /** State in words, always shown beside the colour. */
  text: string
  /** Why, in a sentence; may be empty. */
  reason: string
  tone: 'on' | 'off' | 'paused' | 'warn'
  glyph: 'circle-dot' | 'pause' | 'play'
  locked: boolean
  /** An answer of the switch is awaited. */
  pending: boolean
  /** What a press asks for; null when a press can do nothing. */
  press: { kind: 'next-call'; wanted: boolean } | { kind: 'now'; wanted: Wanted } | null
}

/** What became of the recording once the user is out of the call, which may go on without them. */
export function outcomeText(call: Call): string {
  const { recording } = call
  if (!isOver(call)) {
    return recording.state === 'recording' ? 'The call goes on and is being recorded.' : 'The call goes on.'
  }
  switch (recording.status) {
    case 'completed':
      return 'The recording is ready.'
    case 'not_recorded':
      return `No Recording: ${recording.reason ?? 'nothing was captured.'}`
    case 'failed':
      return recording.reason ?? 'The recording failed.'
    default:
      return 'The recording is being made.'
  }
}

const RESTING = { tone: 'off', glyph: 'circle-dot', locked: false, pending: false, press: null } as const

export function recordingView(state: State, decision: Decision | null): RecordingView {
  if (state.line === 'active' && state.call) return duringCall(state, state.call)
  if (state.line === 'preparing') {
    return { ...RESTING, name: 'Recording', text: 'Recording waits for the call', reason: '' }
  }
  return beforeCall(decision)
}

function beforeCall(decision: Decision | null): RecordingView {
  if (!decision) {
    const reason = 'Type a number or choose a person to see whether the call will be recorded.'
    return { ...RESTING, name: 'Recording Not Decided Yet', text: 'Recording: not decided yet', reason }
  }
  const locked = !decision.may_choose
  const press = locked ? null : ({ kind: 'next-call', wanted: !decision.records } as const)
  const seen = { ...RESTING, locked, press, reason: decision.sentence }
  if (!decision.records) return { ...seen, name: 'Next Call Not Recorded', text: 'Next call is not recorded' }
  const text = decision.mode === 'one_sided' ? 'Next call records your side only' : 'Next call is recorded'
  return { ...seen, tone: 'on', name: 'Record Next Call', text }
}

function duringCall(state: State, call: Call): RecordingView {
  const { recording } = call
  const reason = recording.reason ?? ''
  if (recording.mode === 'none') {
    return { ...RESTING, name: 'This Call Cannot Be Recorded', text: 'Not recorded', reason, locked: true }
  }
  if (call.status !== 'in-progress') {
    const text = state.expected ? 'Recording starts with the answer' : 'Not recording'
    const name = state.expected ? 'Recording Starts With the Answer' : 'Recording Waits for the Answer'
    return { ...RESTING, name, text, reason, locked: !recording.may_change }
  }
  const shown = RUNNING[recording.state]
  const isStalled = Boolean(recording.stalled) && recording.state === 'recording'
  const text = recording.mode === 'one_sided' && recording.state === 'recording' ? 'Recording your side only' : shown.text
  const locked = !recording.may_change
  return {
    name: locked ? shown.lockedName : shown.name,
    text: pendingText(state) ?? (isStalled ? 'Nothing is being kept' : text),
    reason: isUnconfirmed(state)
      ? UNCONFIRMED_ADVICE
      : isStalled
        ? (recording.stalled ?? '')
        : locked
          ? reason
          : reasonNow(recording.state, reason),
    tone: isStalled ? 'warn' : shown.tone,
    glyph: shown.glyph,
    locked,
    pending: state.wanted !== null,
    press: locked || state.wanted ? null : { kind: 'now', wanted: shown.next },
  }
}

/** The decision's sentence says how the call began; what was done since then needs another. */
function reasonNow(state: keyof typeof RUNNING, began: string): string {
  if (state === 'paused') return 'Nothing is kept until you resume.'
  return state === 'recording' && began.startsWith('Off: ') ? 'Started during the call.' : began
}

function isUnconfirmed({ wanted, unconfirmed }: State): boolean {
  return wanted === 'paused' && unconfirmed
}

function pendingText(state: State): string | null {
  if (isUnconfirmed(state)) return 'Pause not confirmed: recording may still be running'
  return state.wanted && PENDING[state.wanted]
}

const UNCONFIRMED_ADVICE = 'Do not say what must not be recorded yet. OnRecord keeps trying. To be safe, hang up.'
const PENDING: Record<Wanted, string> = { recording: 'Starting to record…', paused: 'Pausing the recording…' }

const RUNNING = {
  off: {
    name: 'Start Call Recording', lockedName: 'Not Recording, Locked', text: 'Not recording',
    tone: 'off', glyph: 'circle-dot', next: 'recording',
  },
  recording: {
    name: 'Pause Call Recording', lockedName: 'Recording, Locked', text: 'Recording',
    tone: 'on', glyph: 'pause', next: 'paused',
  },
  paused: {
    name: 'Resume Call Recording', lockedName: 'Recording Paused, Locked', text: 'Recording paused',
    tone: 'paused', glyph: 'circle-dot', next: 'recording',
  },
} as const
