/**
 * Commands that only make a call stricter or end it. They are admitted by a ticket, so they work when the server's
 * database does not, and they are tried until somebody confirms or refuses them.
 */
import { ApiError, api, type CallStatus, type Recorded } from '../api.ts'

/** The ticket of this tab's call, by its id. It outlives a reload, also while the server cannot say who we are. */
const TICKET = 'onrecord.ticket'
const RETRY_MS = 500
/** A command takes some tens of milliseconds. Whoever waits longer should be told. */
const UNCONFIRMED_AFTER_MS = 1_500

export function keepTicket(callId: string, ticket: string): void {
  sessionStorage.setItem(TICKET, JSON.stringify({ [callId]: ticket }))
}

function ticketOf(callId: string): string {
  const kept = JSON.parse(sessionStorage.getItem(TICKET) ?? '{}') as Record<string, string>
  return kept[callId] ?? ''
}

/** Pause the recording. `isWanted`: whether it is still worth trying. Rejects with ApiError where it is refused. */
export function pause(callId: string, onUnconfirmed: () => void, isWanted: () => boolean): Promise<Recorded | null> {
  const press = crypto.randomUUID()
  return untilConfirmed(() => api.pause(callId, ticketOf(callId), press), onUnconfirmed, isWanted)
}

export function hangUp(
  callId: string, onUnconfirmed: () => void, isWanted: () => boolean,
): Promise<{ status: CallStatus | null } | null> {
  return untilConfirmed(() => api.hangUp(callId, ticketOf(callId)), onUnconfirmed, isWanted)
}

export async function leave(callId: string, onUnconfirmed: () => void, isWanted: () => boolean): Promise<boolean> {
  const left = await untilConfirmed(() => api.leave(callId, ticketOf(callId)).then(() => true), onUnconfirmed, isWanted)
  return left !== null
}

/** Say that the page goes away. Nobody is left to hear the answer. */
export function detach(callId: string): void {
  api.detach(callId, ticketOf(callId)).catch(() => {})
}

async function untilConfirmed<T>(ask: () => Promise<T>, onUnconfirmed: () => void, isWanted: () => boolean): Promise<T | null> {
  const worry = setTimeout(onUnconfirmed, UNCONFIRMED_AFTER_MS)
  try {
    while (isWanted()) {
      try {
        return await ask()
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

/** Whether the answer is final: asking again would not help. */
function isRefusal({ status }: ApiError): boolean {
  return status >= 400 && status < 500
}
