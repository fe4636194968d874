/** The call as this page knows it: a pure reduction of what the server said and what the rep asked for. */
import type { Call, CallStatus, RecordingState, Role, Wanted } from '../api.ts'

export interface Problem {
  /** `signed_out` offers a way to sign in; others are shown as they stand. */
  code: string
  message: string
}

export type Line =
  | 'idle'
  /** The microphone and the connection are being made ready; the server has not accepted the call yet. */
  | 'preparing'
  | 'active'
  /** The rep's call runs in another tab or on another machine. */
  | 'elsewhere'
  | 'ended'

export interface State {
  line: Line
  /** Present when active, elsewhere or ended. */
  call: Call | null
  /** What the user is in the call. */
  role: Role
  /** Recording state asked for and not yet answered. The shown state changes with the answer, never before. */
  wanted: Wanted | null
  muted: boolean
  hangingUp: boolean
  /** Whether our audio reaches the switch. */
  audio: 'none' | 'connected' | 'lost'
  /** Whether the decision shown before the call said that it starts recorded; null after a reload. */
  expected: boolean | null
  problem: Problem | null
  /** News of calls that came before the reply that tells us which call is ours. */
  early: Readonly<Record<string, Call>>
}

export const INITIAL: State = {
  line: 'idle',
  call: null,
  role: 'rep',
  wanted: null,
  muted: false,
  hangingUp: false,
  audio: 'none',
  expected: null,
  problem: null,
  early: {},
}

export type Action =
  | { type: 'dial'; expected: boolean | null }
  | { type: 'placed'; call: Call; role: Role }
  | { type: 'snapshot'; call: Call }
  | { type: 'vanished' }
  | { type: 'elsewhere'; call: Call; role: Role }
  /** The last call waits to be logged. */
  | { type: 'to-log'; call: Call }
  | { type: 'problem'; problem: Problem }
  | { type: 'dismissed' }
  | { type: 'cleared' }
  | { type: 'muted'; on: boolean }
  | { type: 'hang-up' }
  | { type: 'audio'; audio: State['audio'] }
  | { type: 'recording-wanted'; wanted: Wanted }
  | { type: 'recording-answered'; recording: RecordingState }
  | { type: 'recording-refused'; problem: Problem }

const PROGRESS: Record<CallStatus, number> = {
  queued: 0, initiated: 1, ringing: 2, 'in-progress': 3,
  completed: 4, busy: 4, 'no-answer': 4, canceled: 4, failed: 4,
}

export function isOver(call: Call): boolean {
  return PROGRESS[call.status] === 4
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'dial':
      return { ...INITIAL, line: 'preparing', expected: action.expected }
    case 'placed':
      return placed({ ...state, role: action.role }, action.call)
    case 'snapshot':
      return snapshot(state, action.call)
    case 'vanished':
      return state.call ? ended(state, state.call) : INITIAL
    case 'elsewhere':
      return isOver(action.call) ? INITIAL : { ...INITIAL, line: 'elsewhere', call: action.call, role: action.role }
    case 'to-log':
      return state.line === 'idle' ? { ...ended(state, action.call), role: 'rep' } : state
    case 'problem': {
      const line = state.line === 'preparing' ? 'idle' : state.line
      return { ...state, line, hangingUp: false, problem: action.problem }
    }
    case 'dismissed':
      return { ...state, problem: null }
    case 'cleared':
      return state.line === 'ended' ? INITIAL : state
    case 'muted':
      return { ...state, muted: action.on }
    case 'hang-up':
      return { ...state, hangingUp: true }
    case 'audio':
      return { ...state, audio: action.audio }
    case 'recording-wanted':
      return { ...state, wanted: action.wanted, problem: null }
    case 'recording-answered':
      return { ...withRecording(state, action.recording), wanted: null }
    case 'recording-refused':
      return { ...state, wanted: null, problem: action.problem }
  }
}

function placed(state: State, call: Call): State {
  const known = newer(call, state.early[call.id])
  const active: State = { ...state, line: 'active', call: known, early: {}, problem: null }
  return isOver(known) ? ended(active, known) : active
}

function snapshot(state: State, call: Call): State {
  if (state.line === 'preparing') {
    return { ...state, early: { ...state.early, [call.id]: newer(call, state.early[call.id]) } }
  }
  if (state.call?.id !== call.id) return state
  const known = newer(call, state.call)
  if (state.line === 'elsewhere') return isOver(known) ? INITIAL : { ...state, call: known }
  if (state.line === 'ended') return { ...state, call: known }
  if (isOver(known)) return ended(state, known)
  return { ...state, call: known, wanted: known.recording.state === state.wanted ? null : state.wanted }
}

function ended(state: State, call: Call): State {
  return { ...INITIAL, line: 'ended', call, role: state.role, problem: state.problem }
}

/** A reply can arrive after events that followed it: a call never goes back. */
function newer(call: Call, known: Call | null | undefined): Call {
  return known && PROGRESS[known.status] > PROGRESS[call.status] ? known : call
}

function withRecording(state: State, recording: RecordingState): State {
  if (!state.call) return state
  return { ...state, call: { ...state.call, recording: { ...state.call.recording, state: recording } } }
}

const ENDINGS: Record<string, string> = {
  busy: 'the line was busy',
  no_answer: 'nobody answered',
  unreachable: 'the number cannot be reached',
  contact_hung_up: 'the contact hung up',
  rep_hung_up: 'you hung up',
  browser_lost: 'your browser lost the connection',
  switch_restarted: 'the phone system restarted',
  switch_stopped: 'the phone system was stopped',
}
const STATUS_ENDINGS: Partial<Record<CallStatus, string>> = {
  busy: 'the line was busy',
  'no-answer': 'nobody answered',
  canceled: 'you hung up before an answer',
  failed: 'the call could not be connected',
}

function ending(call: Call, role: Role): string | undefined {
  if (role === 'collaborator' && call.end_reason === 'rep_hung_up') return 'your side hung up'
  return (call.status !== 'canceled' && ENDINGS[call.end_reason ?? '']) || STATUS_ENDINGS[call.status]
}

/** What the rep reads about the call's progress. */
export function statusText(state: State): string {
  if (state.line === 'preparing') return state.hangingUp ? 'Cancelling…' : 'Connecting…'
  if (state.line === 'elsewhere') return 'On a call elsewhere'
  if (!state.call) return ''
  if (state.line === 'ended') {
    if (!isOver(state.call) && state.role === 'collaborator') return 'You left the call'
    const why = ending(state.call, state.role)
    return why ? `Ended: ${why}` : 'Call ended'
  }
  if (state.hangingUp) return state.role === 'rep' ? 'Hanging up…' : 'Leaving…'
  if (state.audio === 'lost') return 'Reconnecting the audio…'
  if (state.call.status === 'in-progress') return 'On call'
  return state.call.status === 'ringing' ? 'Ringing…' : 'Calling…'
}
