/** Which users are in the call, as shown to each of them. Pure. */
import type { Call, Participant } from '../api/client.ts'
import { clock } from '../ui/format.ts'

/** The other users in the call. */
export function colleagues(call: Call, userId: string): Participant[] {
  return call.people.filter(({ id }) => String(id) !== userId)
}

/** The call clock at this moment, in milliseconds; 0 before answer. */
export function callTime(call: Call, at: string): number {
  return call.answered_at ? Math.max(0, Date.parse(at) - Date.parse(call.answered_at)) : 0
}

/** How and since when a colleague has been in the call: "Placed the call", "Joined at 5:20". */
export function presence(call: Call, { role, since }: Participant): string {
  return role === 'rep' ? 'Placed the call' : `Joined at ${clock(callTime(call, since))}`
}

/** What to announce about who joined or left since the last time; the call must be the same. */
export function comings(before: Participant[], after: Participant[]): string {
  const missing = (from: Participant[], list: Participant[]) => list.filter(({ id }) => !from.some((one) => one.id === id))
  return [
    ...missing(before, after).map(({ name }) => `${name} joined the call.`),
    ...missing(after, before).map(({ name }) => `${name} left the call.`),
  ].join(' ')
}

/** "you" for the user, unless another user in the call has the same name. */
export function nameOf(call: Call, name: string, userId: string): string {
  const bearers = call.people.filter((one) => one.name === name)
  return bearers.length === 1 && String(bearers[0]?.id) === userId ? 'you' : name
}
