/** The disposition that follows from how a call ended. Pure. */
import type { Call, CallStatus } from '../api/client.ts'

/** The words that a team's list may have for each ending, in lowercase. */
const WORDS: Partial<Record<CallStatus, string[]>> = {
  completed: ['connected', 'answered', 'reached', 'talked'],
  busy: ['busy', 'line busy', 'line was busy'],
  'no-answer': ['no answer', 'not answered', 'not reached', 'no pickup'],
  canceled: ['no answer', 'not answered', 'not reached', 'no pickup'],
}

/** The choice in this list that matches what happened; empty if none does, as the team may have changed its list. */
export function presetDisposition(call: Call, choices: readonly string[]): string {
  const words = WORDS[call.status] ?? []
  return choices.find((choice) => words.includes(choice.trim().toLowerCase())) ?? ''
}
