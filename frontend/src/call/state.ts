/** The call as this page knows it: a pure reducer over server events and the rep's actions. */
import type { Call, CallStatus, RecordingState, Role, Wanted } from '../api/client.ts'
import { clock } from '../ui/format.ts'

export interface Problem {
  /** `signed_out` offers to sign in; others are just shown. */
  code: string
  message: string
}

export type Line =
  | 'idle'
  /** The microphone and connection are being set up; the server has not accepted the call yet. */
  | 'preparing'
  | 'active'
  /** The rep's call is in another tab or on another machine. */
  | 'elsewhere'
  | 'ended'

export interface State {
  line: Line
  /** Present when active, elsewhere or ended. */
  call: Call | null
  /** The user's role in the call. */
  role: Role
  /** Requested recording state without an answer yet. The displayed state changes with the answer, never before. */
  wanted: Wanted | null
  /** A pause or hang-up was pressed some time ago and has not been confirmed; it is being retried. */
  unconfirmed: boolean
  muted: boolean
  hangingUp: boolean
  /** Whether our audio reaches the switch. */
  audio: 'none' | 'connected' | 'lost'
  /** The switch reported directly that its disk accepts nothing; its event may be waiting for the same disk. */
  stalled: boolean
  problem: Problem | null
  /** Ended calls waiting to be logged while the rep does something else, latest first. */
  toLog: readonly Call[]
  /** Events about calls that came before the response that says which call is ours. */
  early: Readonly<Record<string, Call>>
}

export const INITIAL: State = {
  line: 'idle',
  call: null,
  role: 'rep',
  wanted: null,
  unconfirmed: false,
  muted: false,
  hangingUp: false,
  audio: 'none',
  stalled: false,
  problem: null,
  toLog: [],
  early: {},
}

export type Action =
  | { type: 'dial'; role: Role }
  | { type: 'placed'; call: Call; role: Role }
  | { type: 'snapshot'; call: Call }
  | { type: 'vanished' }
  | { type: 'elsewhere'; call: Call; role: Role }
  /** This call is to be logged now. */
  | { type: 'to-log'; call: Call }
  /** This call is to be logged later. */
  | { type: 'put-aside'; call: Call }
  | { type: 'problem'; problem: Problem }
  | { type: 'dismissed' }
  | { type: 'cleared' }
  | { type: 'muted'; on: boolean }
  | { type: 'hang-up' }
  /** The switch has ended the call, or no longer knows it. */
  | { type: 'hung-up'; status: CallStatus | null }
  /** The last press is not confirmed yet. */
  | { type: 'unconfirmed' }
  | { type: 'audio'; audio: State['audio'] }
  | { type: 'stalled'; on: boolean }
  | { type: 'recording-wanted'; wanted: Wanted }
  | { type: 'recording-answered'; recording: RecordingState; generation: number }
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
      return { ...idle(state), line: 'preparing', role: action.role }
    case 'placed':
      return placed({ ...state, role: action.role }, action.call)
    case 'snapshot':
      return snapshot(followed(state, action.call), action.call)
    case 'vanished':
      return state.call ? ended(state, state.call) : idle(state)
    case 'elsewhere':
      return isOver(action.call) ? idle(state) : { ...idle(state), line: 'elsewhere', call: action.call, role: action.role }
    case 'to-log':
      return state.line === 'idle' ? { ...ended(state, action.call), role: 'rep', toLog: without(state, action.call) } : state
    case 'put-aside': {
      const toLog = [action.call, ...without(state, action.call)]
      const isShown = state.line === 'ended' && state.call?.id === action.call.id
      return { ...(isShown ? idle(state) : state), toLog }
    }
    case 'problem': {
      const line = state.line === 'preparing' ? 'idle' : state.line
      return { ...state, line, hangingUp: false, unconfirmed: false, problem: action.problem }
    }
    case 'dismissed':
      return { ...state, problem: null }
    case 'cleared':
      return state.line === 'ended' ? idle(state) : state
    case 'muted':
      return { ...state, muted: action.on }
    case 'hang-up':
      return { ...state, hangingUp: true, unconfirmed: false }
    case 'hung-up':
      return state.call && state.line === 'active' ? ended(state, hungUp(state.call, action.status)) : state
    case 'unconfirmed':
      return { ...state, unconfirmed: true }
    case 'audio':
      return { ...state, audio: action.audio }
    case 'stalled':
      return state.stalled === action.on ? state : { ...state, stalled: action.on }
    case 'recording-wanted':
      return { ...state, wanted: action.wanted, unconfirmed: false, problem: null }
    case 'recording-answered':
      // The event came first, and others may have followed it.
      if (state.wanted === null) return state
      return { ...withRecording(state, action.recording, action.generation), wanted: null, unconfirmed: state.hangingUp && state.unconfirmed }
    case 'recording-refused':
      return { ...state, wanted: null, unconfirmed: false, problem: action.problem }
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
  if (state.line === 'elsewhere') return isOver(known) ? idle(state) : { ...state, call: known }
  if (state.line === 'ended') return { ...state, call: known }
  if (isOver(known)) return ended(state, known)
  const reached = known.recording.state === state.wanted
  return { ...state, call: known, ...(reached ? { wanted: null, unconfirmed: state.hangingUp && state.unconfirmed } : {}) }
}

/** Used until the event with the details of the end arrives. */
function hungUp(call: Call, status: CallStatus | null): Call {
  const answered = call.status === 'in-progress'
  return { ...call, status: status ?? (answered ? 'completed' : 'canceled'), end_reason: 'rep_hung_up' }
}

function idle({ toLog }: State): State {
  return { ...INITIAL, toLog }
}

function ended(state: State, call: Call): State {
  return { ...idle(state), line: 'ended', call, role: state.role, problem: state.problem }
}

function without({ toLog }: State, { id }: Call): readonly Call[] {
  return toLog.filter((call) => call.id !== id)
}

/** A waiting call may be logged elsewhere, for example on its own page. */
function followed(state: State, call: Call): State {
  if (!state.toLog.some(({ id }) => id === call.id)) return state
  return { ...state, toLog: call.log?.logged ? without(state, call) : state.toLog.map((one) => (one.id === call.id ? call : one)) }
}

/** A response can arrive after later events: a call never goes back to an older state. */
function newer(call: Call, known: Call | null | undefined): Call {
  if (!known) return call
  if (PROGRESS[known.status] !== PROGRESS[call.status]) return PROGRESS[known.status] > PROGRESS[call.status] ? known : call
  // The response to a pause comes before its event, and older events may still be on their way.
  const { state, generation, moved } = known.recording
  return call.recording.generation < generation ? { ...call, recording: { ...call.recording, state, generation, moved } } : call
}

function withRecording(state: State, recording: RecordingState, generation: number): State {
  if (!state.call) return state
  // The event will say who did it; the known value belongs to the previous change.
  return { ...state, call: { ...state.call, recording: { ...state.call.recording, state: recording, generation, moved: null } } }
}

const ENDINGS: Record<NonNullable<Call['end_reason']>, string> = {
  busy: 'The line was busy',
  no_answer: 'No one answered',
  unreachable: 'The number cannot be reached',
  contact_hung_up: 'The contact hung up',
  rep_hung_up: 'You hung up',
  browser_lost: 'Your browser lost the connection',
  switch_restarted: 'The phone system restarted',
  switch_stopped: 'The phone system was stopped',
  switch_unreachable: 'The phone system could not be reached',
  switch_refused: 'The phone system refused the call',
  lost: 'The phone system lost the call',
  imported: 'Made with another dialer',
}
const STATUS_ENDINGS: Partial<Record<CallStatus, string>> = {
  busy: 'The line was busy',
  'no-answer': 'No one answered',
  canceled: 'You hung up before anyone answered',
  failed: 'The call could not be connected',
}

const LEFT = 'You left the call'

/** Whether the user has left a call that may continue, as collaborators can. */
function hasLeft(call: Call, role: Role): boolean {
  return role === 'collaborator' && !isOver(call)
}

/** How the call ended for the user: "You hung up at 6:40". */
export function endingText(call: Call, role: Role): string {
  if (hasLeft(call, role)) return LEFT
  const isByRep = role === 'collaborator' && call.end_reason === 'rep_hung_up'
  const why = (call.status !== 'canceled' && call.end_reason && ENDINGS[call.end_reason]) || STATUS_ENDINGS[call.status] || 'Call ended'
  return `${isByRep ? 'Your side hung up' : why}${call.duration_ms ? ` at ${clock(call.duration_ms)}` : ''}`
}

/** Whether the user is in an answered call, so that audio flows. */
export function isConnected({ line, call }: State): boolean {
  return line === 'active' && call?.status === 'in-progress'
}

/** What the rep reads about the call's progress. */
export function statusText(state: State): string {
  if (state.line === 'preparing') return state.hangingUp ? 'Canceling…' : 'Connecting…'
  if (state.line === 'elsewhere') return 'On a call elsewhere'
  if (!state.call) return 'Dialer'
  if (state.line === 'ended') return hasLeft(state.call, state.role) ? LEFT : 'Call ended'
  if (state.hangingUp && state.unconfirmed) return 'Not confirmed yet: the call may still be live'
  if (state.hangingUp) return state.role === 'rep' ? 'Hanging up…' : 'Leaving…'
  if (state.audio === 'lost') return 'Reconnecting the audio…'
  if (state.call.status === 'in-progress') return 'On call'
  return state.call.status === 'ringing' ? 'Ringing…' : 'Calling…'
}
