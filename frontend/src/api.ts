/** Client of `/api/v2`: shapes as in docs/reference/web.md. */

export type CallStatus =
  | 'queued' | 'initiated' | 'ringing' | 'in-progress'
  | 'completed' | 'busy' | 'no-answer' | 'canceled' | 'failed'
export type RecordingState = 'off' | 'recording' | 'paused'
export type Wanted = 'recording' | 'paused'
/** Who placed a call is its rep; who joined it, a collaborator. */
export type Role = 'rep' | 'collaborator'
export type Mode = 'both' | 'one_sided' | 'none'

export interface PersonLink {
  id: string | number
  name: string
  url: string
}

export interface Call {
  id: string
  status: CallStatus
  direction: string
  to: string
  to_formatted: string
  /** Digits to send once it has answered. */
  extension: string | null
  from_formatted: string | null
  person: PersonLink | null
  created_at: string
  answered_at: string | null
  ended_at: string | null
  duration_ms: number | null
  /** As in `call.ended` of docs/reference/switch.md; null until then. */
  end_reason: string | null
  recording: {
    state: RecordingState
    /** Counts what has made the recording stricter. A request to record names it, and is void once it has moved on. */
    generation: number
    status: 'pending' | 'processing' | 'completed' | 'not_recorded' | 'failed'
    may_change: boolean
    mode: Mode
    reason_code: string | null
    reason: string | null
    /** Whether it starts with the answer. */
    at_start: boolean
    /** The last change during the call, and who made it; null: the decision did. */
    moved: { kind: 'started' | 'paused' | 'resumed'; at: string; by: string | null } | null
    /** The announcement has not been heard to its end, so nothing is kept yet. */
    announcing: boolean
    /** Why nothing that is said is being kept now, and what to do; null while all is kept. */
    stalled: string | null
    id: string | number | null
  }
  /** Ours in the live call, the rep first. */
  people: Participant[]
  log: Log | null
}

/** One of ours in a call. */
export interface Participant {
  id: number
  name: string
  role: Role
  since: string
}

/** What the rep wrote about a call. */
export interface Log {
  disposition: string
  sentiment: string
  notes: string
  /** Counts the changes of the notes. */
  notes_revision: number
  /** False while there are only notes. */
  logged: boolean
  person: PersonLink | null
}

export type OutcomeField = 'disposition' | 'sentiment'

/** A list of the team's from which something is chosen when a call is logged. */
export interface OutcomeList {
  field: OutcomeField
  choices: string[]
  /** Whether an answered call must have one before its rep places the next. */
  required: boolean
}

export interface Decision {
  mode: Mode
  records: boolean
  /** Whether the rep may start, pause and resume during the call. */
  may_change: boolean
  /** Whether the rep may flip "record next call". */
  may_choose: boolean
  sentence: string
}

export interface Preview {
  number: { e164: string; formatted: string } | null
  problem: string | null
  person: PersonLink | null
  decision: Decision | null
}

export interface FoundPerson {
  id: string | number
  name: string
  company: string | null
  numbers: { e164: string; formatted: string; kind: string }[]
}

export interface Comment {
  id: number
  at_ms: number
  text: string
  author: string
  mine: boolean
  created_at: string
  replies: Comment[]
}

export interface Notice {
  id: number
  kind: 'mention' | 'reply' | 'review_asked' | 'review_answered' | 'scored' | 'score_answered'
  author: string
  text: string
  url: string
  seen: boolean
}

/** What a page has of a call that it comes into. */
export interface Entry {
  call: Call
  sdp: string
  /** For commands that need no session. */
  ticket: string
}

export interface Current {
  call: Call | null
  role: Role | null
  ticket: string | null
  to_log: Call | null
}

/** Where the recording is now. */
export interface Recorded {
  recording: RecordingState
  generation: number
}

/** A refusal or failure, with a sentence that can be shown as it stands. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const ROOT = '/api/v2'
/** The web answers a command within 6 s, also where the switch does not answer it. */
const COMMAND_PATIENCE_MS = 8_000

/** The most that a reply's Date header was ahead of our clock, in milliseconds; replies that took long show less. */
let ahead = -Infinity

/** Now by the server's clock. A difference of less than a second is not trusted: the header has whole seconds. */
export function serverNow(): number {
  const offset = ahead + 500
  return Date.now() + (Number.isFinite(offset) && Math.abs(offset) > 1000 ? offset : 0)
}

/** The token changes at sign-in, so it is read anew each time. */
export function csrfToken(): string {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1]
  return cookie ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? ''
}

function request<T>(method: string, path: string, body?: object, signal?: AbortSignal, keepalive = false): Promise<T> {
  const headers: Record<string, string> = method === 'GET' ? {} : { 'X-CSRFToken': csrfToken() }
  return send(path, {
    method,
    headers: { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    credentials: 'same-origin',
    keepalive,
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  })
}

/** A command that makes a call stricter or ends it: a ticket admits it, so it needs neither session nor database. */
function command<T>(callId: string, ticket: string, what: string, body?: object): Promise<T> {
  return send(`/calls/${callId}/${what}`, {
    method: 'POST',
    headers: { 'OnRecord-Ticket': ticket },
    credentials: 'omit',
    // It outlives the page that sends it.
    keepalive: true,
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(COMMAND_PATIENCE_MS),
  })
}

async function send<T>(path: string, options: RequestInit & { headers: Record<string, string> }): Promise<T> {
  let response: Response
  try {
    response = await fetch(ROOT + path, { ...options, headers: { Accept: 'application/json', ...options.headers } })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'offline', 'OnRecord cannot be reached. Check your connection, then try again.')
  }
  const date = Date.parse(response.headers.get('Date') ?? '')
  if (!Number.isNaN(date)) ahead = Math.max(ahead, date - Date.now())
  if (response.status === 204) return undefined as T
  const reply: unknown = await response.json().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    return null
  })
  if (response.ok) return reply as T
  throw refusal(response.status, reply)
}

function refusal(status: number, reply: unknown): ApiError {
  const { code, message } = (reply ?? {}) as { code?: string; message?: string }
  if (status === 401) {
    return new ApiError(status, 'signed_out', message ?? 'Your session has expired. Sign in again to go on.')
  }
  return new ApiError(status, code ?? 'error', message ?? `The server answered with an error (${status}). Try again.`)
}

export const api = {
  preview: (query: { number?: string; person_id?: string }, signal?: AbortSignal) =>
    request<Preview>('GET', `/dialer/preview?${new URLSearchParams(query)}`, undefined, signal),
  recordNextCall: (wanted: boolean) => request<Preview>('PUT', '/dialer/record-next-call', { wanted }),
  people: (q: string, signal?: AbortSignal) =>
    request<{ people: FoundPerson[] }>('GET', `/people?${new URLSearchParams({ q })}`, undefined, signal),
  place: (to: string, sdp: string, personId: string | null) =>
    request<Entry>('POST', '/calls', { to, sdp, ...(personId ? { person_id: personId } : {}) }),
  current: () => request<Current>('GET', '/calls/current'),
  outcomes: () => request<{ lists: OutcomeList[] }>('GET', '/outcomes'),
  /** `leaving`: the page goes away, and the request must outlive it. */
  notes: (id: string, notes: string, revision: number, leaving: boolean) =>
    request<{ notes: string; notes_revision: number }>(
      'PUT', `/calls/${id}/notes`, { notes, notes_revision: revision }, undefined, leaving,
    ),
  log: (id: string, log: Partial<Record<OutcomeField, string>> & { notes: string; notes_revision: number; person_id?: number }) =>
    request<{ call: Call }>('PUT', `/calls/${id}/log`, log),
  join: (id: string, sdp: string) => request<Entry>('POST', `/calls/${id}/join`, { sdp }),
  leave: (id: string, ticket: string) => command<void>(id, ticket, 'leave'),
  attach: (id: string, sdp: string) => request<{ sdp: string }>('POST', `/calls/${id}/attach`, { sdp }),
  record: (id: string, generation: number) => request<Recorded>('POST', `/calls/${id}/record`, { generation }),
  pause: (id: string, ticket: string, press: string) => command<Recorded>(id, ticket, 'pause', { press }),
  dtmf: (id: string, digits: string) => request<void>('POST', `/calls/${id}/dtmf`, { digits }),
  ask: (body: { note: string; call_id?: string; number?: string; person_id?: string | null }) =>
    request<{ id: number; sentence: string; policy_version: number }>('POST', '/requests', body),
  requestCounts: () => request<{ open: number; news: number }>('GET', '/requests/counts'),
  coachingCounts: () => request<{ reviews: number; answers: number }>('GET', '/coaching/counts'),
  hangUp: (id: string, ticket: string) => command<{ status: CallStatus | null }>(id, ticket, 'hangup'),
  comments: (id: string) => request<{ comments: Comment[] }>('GET', `/recordings/${id}/comments`),
  comment: (id: string, atMs: number, text: string, parentId: number | null) =>
    request<Comment>('POST', `/recordings/${id}/comments`, { at_ms: atMs, text, parent_id: parentId }),
  deleteComment: (id: string, comment: number) => request<void>('DELETE', `/recordings/${id}/comments/${comment}`),
  listeners: (id: string, q: string) =>
    request<{ people: { id: number; name: string }[] }>('GET', `/recordings/${id}/listeners?${new URLSearchParams({ q })}`),
  notices: () => request<{ unseen: number; notices: Notice[] }>('GET', '/notices'),
  seeNotices: () => request<void>('POST', '/notices/seen'),
  detach: (id: string, ticket: string) => command<void>(id, ticket, 'detach'),
}
