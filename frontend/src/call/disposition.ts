/** The disposition of a call that its end already tells. Pure. */
import type { Call, CallStatus } from '../api/client.ts'

/** The words for each ending that a team's list may have, in small letters. */
const WORDS: Partial<Record<CallStatus, string[]>> = {
  completed: ['connected', 'answered', 'reached', 'talked'],
  busy: ['busy', 'line busy', 'line was busy'],
  'no-answer': ['no answer', 'not answered', 'not reached', 'no pickup'],
  canceled: ['no answer', 'not answered', 'not reached', 'no pickup'],
}

/** The choice of this list that says what happened; empty where none does. The team may have changed its list. */
export function presetDisposition(call: Call, choices: readonly string[]): string {
  const words = WORDS[call.status] ?? []
  return choices.find((choice) => words.includes(choice.trim().toLowerCase())) ?? ''
}
