/**
 * Commands that only make a call stricter or end it. Each is sent two ways at once: to the web, which accepts a ticket even
 * if its database is down, and directly to the switch over the audio connection. They are retried until one is confirmed or
 * refused; a press has an ID, so it counts once however often it arrives.
 */
import { ApiError, api, type CallStatus, type Recorded } from '../api/client.ts'
import type { Phone, PressAnswer } from './phone.ts'

/** The ticket of this tab's call, by call ID. It survives a reload even while the server cannot identify us. */
const TICKET = 'onrecord.ticket'
const RETRY_MS = 500
/** A command takes tens of milliseconds. If it takes longer, tell the user. */
const UNCONFIRMED_AFTER_MS = 1_500

/** A command, and its callbacks. */
export interface Command {
  callId: string
  phone: Phone | null
  /** Called when it has not been confirmed after a while. */
  onUnconfirmed: () => void
  /** Whether to keep trying. */
  isWanted: () => boolean
}

export function keepTicket(callId: string, ticket: string): void {
  sessionStorage.setItem(TICKET, JSON.stringify({ [callId]: ticket }))
}

function ticketOf(callId: string): string {
  const kept = JSON.parse(sessionStorage.getItem(TICKET) ?? '{}') as Record<string, string>
  return kept[callId] ?? ''
}

/** Pause the recording; null if it was no longer wanted. Rejects with ApiError when refused. */
export function pause(command: Command): Promise<Recorded | null> {
  const { callId } = command
  const press = crypto.randomUUID()
  return untilConfirmed(command, [
    () => api.pause(callId, ticketOf(callId), press),
    () => besideOurVoice(command, 'paused', press) as Promise<Recorded>,
  ])
}

/** End the call. The status is null if the switch no longer knows the call. */
export function hangUp(command: Command): Promise<{ status: CallStatus | null } | null> {
  const { callId } = command
  return untilConfirmed(command, [
    () => api.hangUp(callId, ticketOf(callId)),
    () => besideOurVoice(command, 'hung_up', crypto.randomUUID()) as Promise<{ status: CallStatus }>,
  ])
}

/** Leave the call to the others; false if that was no longer wanted. */
export async function leave(command: Command): Promise<boolean> {
  const { callId } = command
  const left = await untilConfirmed<unknown>(command, [
    () => api.leave(callId, ticketOf(callId)).then(() => true),
    () => besideOurVoice(command, 'hung_up', crypto.randomUUID()),
  ])
  return left !== null
}

/** Report that the page is closing. Nobody is left to read the response. */
export function detach(callId: string): void {
  api.detach(callId, ticketOf(callId)).catch(() => {})
}

async function besideOurVoice({ phone }: Command, want: 'paused' | 'hung_up', press: string): Promise<PressAnswer> {
  const answer = await (phone?.press(want, press) ?? Promise.reject(UNREACHED))
  // The web refuses it too, with the reason in a sentence.
  return answer.code ? Promise.reject(UNREACHED) : answer
}

const UNREACHED = new ApiError(0, 'offline', 'The phone system could not be reached.')

async function untilConfirmed<T>({ onUnconfirmed, isWanted }: Command, ways: (() => Promise<T>)[]): Promise<T | null> {
  const worry = setTimeout(onUnconfirmed, UNCONFIRMED_AFTER_MS)
  try {
    while (isWanted()) {
      try {
        return await firstOf(ways)
      } catch (error) {
        if (!(error instanceof ApiError) || isRefusal(error)) throw error
        onUnconfirmed()
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
    return null
  } finally {
    clearTimeout(worry)
  }
}

/** The first answer. If the web fails, the switch may still answer, so both are asked again. */
function firstOf<T>(ways: (() => Promise<T>)[]): Promise<T> {
  return new Promise((resolve, reject) => {
    ways.forEach((ask, way) => {
      // The first way is the web, which always answers or fails. The other may stay silent.
      ask().then(resolve, (error: unknown) => way === 0 && reject(error as Error))
    })
  })
}

/** Whether the answer is final, so that asking again would not help. */
function isRefusal({ status }: ApiError): boolean {
  return status >= 400 && status < 500
}
