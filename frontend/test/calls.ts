import type { Call, CallStatus, Participant } from '../src/api/client.ts'

export const ANA: Participant = { id: 1, name: 'Ana Torres', role: 'rep', since: '2026-01-01T00:00:00Z' }
export const MARCUS: Participant = { id: 2, name: 'Marcus Reed', role: 'collaborator', since: '2026-01-01T00:05:30Z' }

/** A call of Ana's, answered ten seconds past midnight where it is. */
export function call(status: CallStatus, recording: Partial<Call['recording']> = {}, id = 'c1'): Call {
  const answered = status === 'in-progress' || status === 'completed'
  return {
    id, url: `/calls/${id}`, status, direction: 'outbound', to: '+12125550100', to_formatted: '+1 212-555-0100', extension: null, from_formatted: null,
    person: null, log: null, created_at: '2026-01-01T00:00:00Z', answered_at: answered ? '2026-01-01T00:00:10Z' : null,
    ended_at: null, duration_ms: null, end_reason: null, people: [ANA],
    recording: {
      state: 'off', generation: 0, status: 'pending', may_change: true, mode: 'both', reason_code: null, reason: null, at_start: true,
      moved: null, announcing: false, stalled: null, id, ...recording,
    },
  }
}
