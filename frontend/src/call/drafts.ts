/** Notes that the server does not have yet: in this browser, each user's apart, and none of them left after sign-out. */
import { ApiError, api } from '../api/client.ts'

export interface Draft {
  text: string
  /** Of the server's notes that the text goes on from. */
  revision: number
}

/** A draft that the server did not take, and why. */
export interface Unsent {
  callId: string
  text: string
  reason: string
}

function prefix(): string {
  return `onrecord.notes.${document.querySelector<HTMLMetaElement>('meta[name="user"]')?.content ?? ''}.`
}

export function draftOf(callId: string): Draft | null {
  return JSON.parse(localStorage.getItem(prefix() + callId) ?? 'null') as Draft | null
}

export function keepDraft(callId: string, draft: Draft): void {
  localStorage.setItem(prefix() + callId, JSON.stringify(draft))
}

export function dropDraft(callId: string): void {
  localStorage.removeItem(prefix() + callId)
}

/** The calls of which this user has drafts here. */
export function drafted(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix())).map((key) => key.slice(prefix().length))
}

/** Send every draft once; what was taken is a draft no more. */
export async function sendDrafts(): Promise<Unsent[]> {
  const unsent = await Promise.all(drafted().map(send))
  return unsent.filter((one) => one !== null)
}

async function send(callId: string): Promise<Unsent | null> {
  const draft = draftOf(callId)
  if (!draft) return null
  try {
    await api.notes(callId, draft.text, draft.revision, false)
    // The rep may have written on.
    if (draftOf(callId)?.text === draft.text) dropDraft(callId)
    return null
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { callId, text: draft.text, reason: error.message }
  }
}
