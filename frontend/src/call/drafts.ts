/** Notes that the server does not have yet. Kept in this browser, separately for each user, and removed at sign-out. */
import { ApiError, api } from '../api/client.ts'

export interface Draft {
  text: string
  /** Revision of the server's notes that the text is based on. */
  revision: number
}

/** A draft that the server did not accept, and why. */
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

/** The calls for which this user has drafts here. */
export function drafted(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix())).map((key) => key.slice(prefix().length))
}

/** Send every draft once, and drop those that were accepted. */
export async function sendDrafts(): Promise<Unsent[]> {
  const unsent = await Promise.all(drafted().map(send))
  return unsent.filter((one) => one !== null)
}

async function send(callId: string): Promise<Unsent | null> {
  const draft = draftOf(callId)
  if (!draft) return null
  try {
    await api.notes(callId, draft.text, draft.revision, false)
    // The rep may have kept writing.
    if (draftOf(callId)?.text === draft.text) dropDraft(callId)
    return null
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { callId, text: draft.text, reason: error.message }
  }
}
