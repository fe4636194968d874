/**
 * Client of `/api/v2` (docs/reference/web.md). Paths, requests and responses are typed by the API's OpenAPI document
 * (`types.ts`, written by `make api-types`).
 */
import type { components, paths } from './types.ts'

type Schemas = components['schemas']

export type Call = Schemas['CallOut']
export type CallEvent = Schemas['CallEventOut']
export type CallStatus = Schemas['Status']
export type Comment = Schemas['CommentOut']
export type Decision = Schemas['DecisionOut']
/** What a page gets when it joins or rejoins a call. */
export type Entry = Schemas['PlaceOut']
export type FoundPerson = Schemas['FoundPerson']
export type HungUp = Schemas['HangUpReply']
/** What the rep wrote about a call. */
export type Log = Schemas['LogOut']
export type Notification = Schemas['NotificationOut']
export type ChoiceField = Schemas['Field']
/** One of the team's lists of choices for the call log. */
export type ChoiceList = Schemas['ListOut']
/** A user in a call. */
export type Participant = Schemas['ParticipantOut']
export type PersonLink = Schemas['PersonLink']
export type Preview = Schemas['PreviewOut']
/** The current state of the recording. */
export type Recorded = Schemas['RecordingResponse']
export type RecordingState = Schemas['RecordingState']
/** The user who placed a call is its rep; a user who joined it is a collaborator. */
export type Role = Participant['role']
export type Wanted = Exclude<RecordingState, 'off'>

/** A refusal or failure, with a sentence that can be shown to the user. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The web responds to a command within 6 s, even if the switch does not. */
const COMMAND_PATIENCE_MS = 8_000

/** The most that a response's Date header was ahead of our clock, in milliseconds; slow responses show less. */
let ahead = -Infinity

/** The server's current time. Differences under a second are ignored, because the header has whole seconds. */
export function serverNow(): number {
  const offset = ahead + 500
  return Date.now() + (Number.isFinite(offset) && Math.abs(offset) > 1000 ? offset : 0)
}

/** The token changes at sign-in, so it is read each time. */
export function csrfToken(): string {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1]
  return cookie ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? ''
}

type Method = 'get' | 'post' | 'put' | 'delete'
/** The paths that accept a method. */
type Taking<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths]
interface Json<T> { content: { 'application/json': T } }
type Body<O> = O extends { requestBody: Json<infer T> } ? { body: T } : object
type Parameters<O> = O extends { parameters: infer T } ? Pick<T, keyof T & ('path' | 'query')> : object
type Reply<O> = O extends { responses: { 200: Json<infer T> } | { 201: Json<infer T> } } ? T : void
type Asked<O> = Body<O> & Parameters<O> & Pick<RequestInit, 'keepalive' | 'signal'>

function request<M extends Method, P extends Taking<M>>(method: M, path: P, asked: Asked<paths[P][M]>): Promise<Reply<paths[P][M]>> {
  const { body, path: parts = {}, query = {}, ...options } = asked as RequestInit & {
    body?: object; path?: Record<string, string | number>; query?: Record<string, string>
  }
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts[name])))
  const search = new URLSearchParams(query).toString()
  return send(search ? `${address}?${search}` : address, {
    ...options,
    method: method.toUpperCase(),
    headers: {
      ...(method === 'get' ? {} : { 'X-CSRFToken': csrfToken() }),
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    credentials: 'same-origin',
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

/** A command that makes a call stricter or ends it. A ticket authorizes it, so it needs no session or database. */
function command<T>(callId: string, ticket: string, what: string, body?: object): Promise<T> {
  return send(`/api/v2/calls/${callId}/${what}`, {
    method: 'POST',
    headers: { 'OnRecord-Ticket': ticket },
    credentials: 'omit',
    // The request must outlive the page.
    keepalive: true,
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(COMMAND_PATIENCE_MS),
  })
}

async function send<T>(path: string, options: RequestInit & { headers: Record<string, string> }): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, { ...options, headers: { Accept: 'application/json', ...options.headers } })
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
  const { code, message } = (reply ?? {}) as Partial<Schemas['Error']>
  if (status === 401) {
    return new ApiError(status, 'signed_out', message ?? 'Your session has expired. Sign in again to continue.')
  }
  return new ApiError(status, code ?? 'error', message ?? `The server returned an error (${status}). Try again.`)
}

export const api = {
  preview: (query: { number?: string; person_id?: number }, signal: AbortSignal) =>
    request('get', '/api/v2/dialer/preview', { query, signal }),
  recordNextCall: (wanted: boolean) => request('put', '/api/v2/dialer/record-next-call', { body: { wanted } }),
  people: (q: string, signal: AbortSignal) => request('get', '/api/v2/people', { query: { q }, signal }),
  place: (to: string, sdp: string, person_id: number | null) => request('post', '/api/v2/calls', { body: { to, sdp, person_id } }),
  current: () => request('get', '/api/v2/calls/current', {}),
  dispositions: () => request('get', '/api/v2/dispositions', {}),
  /** `keepalive`: the page is closing, and the request must outlive it. */
  notes: (call_id: string, notes: string, notes_revision: number, keepalive: boolean) =>
    request('put', '/api/v2/calls/{call_id}/notes', { path: { call_id }, body: { notes, notes_revision }, keepalive }),
  log: (call_id: string, body: Schemas['LogIn']) => request('put', '/api/v2/calls/{call_id}/log', { path: { call_id }, body }),
  join: (call_id: string, sdp: string) => request('post', '/api/v2/calls/{call_id}/join', { path: { call_id }, body: { sdp } }),
  leave: (id: string, ticket: string) => command<void>(id, ticket, 'leave'),
  attach: (call_id: string, sdp: string) => request('post', '/api/v2/calls/{call_id}/attach', { path: { call_id }, body: { sdp } }),
  record: (call_id: string, generation: number) =>
    request('post', '/api/v2/calls/{call_id}/record', { path: { call_id }, body: { generation } }),
  pause: (id: string, ticket: string, press: string) => command<Recorded>(id, ticket, 'pause', { press }),
  dtmf: (call_id: string, digits: string) => request('post', '/api/v2/calls/{call_id}/dtmf', { path: { call_id }, body: { digits } }),
  ask: (body: Schemas['AskIn']) => request('post', '/api/v2/requests', { body }),
  requestCounts: () => request('get', '/api/v2/requests/counts', {}),
  coachingCounts: () => request('get', '/api/v2/coaching/counts', {}),
  hangUp: (id: string, ticket: string) => command<HungUp>(id, ticket, 'hangup'),
  comments: (call_id: string) => request('get', '/api/v2/recordings/{call_id}/comments', { path: { call_id } }),
  comment: (call_id: string, body: Schemas['CommentIn']) =>
    request('post', '/api/v2/recordings/{call_id}/comments', { path: { call_id }, body }),
  deleteComment: (call_id: string, comment_id: number) =>
    request('delete', '/api/v2/recordings/{call_id}/comments/{comment_id}', { path: { call_id, comment_id } }),
  listeners: (call_id: string, q: string) =>
    request('get', '/api/v2/recordings/{call_id}/listeners', { path: { call_id }, query: { q } }),
  notifications: () => request('get', '/api/v2/notifications', {}),
  seeNotifications: () => request('post', '/api/v2/notifications/seen', {}),
  detach: (id: string, ticket: string) => command<void>(id, ticket, 'detach'),
}
