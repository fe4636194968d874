/** Who of ours is in the call, as each of them is shown it. Pure. */
import type { Call, Participant } from '../api/client.ts'
import { clock } from '../ui/format.ts'

/** The others of ours. */
export function colleagues(call: Call, userId: string): Participant[] {
  return call.people.filter(({ id }) => String(id) !== userId)
}

/** Milliseconds of the call's clock at this moment; 0 before the answer. */
export function callTime(call: Call, at: string): number {
  return call.answered_at ? Math.max(0, Date.parse(at) - Date.parse(call.answered_at)) : 0
}

/** How and since when a colleague is in it: "Placed the call", "Joined at 5:20". */
export function presence(call: Call, { role, since }: Participant): string {
  return role === 'rep' ? 'Placed the call' : `Joined at ${clock(callTime(call, since))}`
}

/** What to say aloud of who came and went since the last look; the same call both times. */
export function comings(before: Participant[], after: Participant[]): string {
  const missing = (from: Participant[], list: Participant[]) => list.filter(({ id }) => !from.some((one) => one.id === id))
  return [
    ...missing(before, after).map(({ name }) => `${name} joined the call.`),
    ...missing(after, before).map(({ name }) => `${name} left the call.`),
  ].join(' ')
}

/** "you" for the user; a name that two of ours bear stays a name. */
export function nameOf(call: Call, name: string, userId: string): string {
  const bearers = call.people.filter((one) => one.name === name)
  return bearers.length === 1 && String(bearers[0]?.id) === userId ? 'you' : name
}
