import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, CallStatus, RecordingState } from '../src/api.ts'
import { recordingView } from '../src/call/recording.ts'
import { INITIAL, reduce, statusText, type Action, type State } from '../src/call/state.ts'

function call(status: CallStatus, recording: Partial<Call['recording']> = {}, id = 'c1'): Call {
  return {
    id, status, direction: 'outbound', to: '+12125550100', to_formatted: '+1 212-555-0100', extension: null, from_formatted: null,
    person: null, log: null, created_at: '2026-01-01T00:00:00Z', answered_at: null, ended_at: null, duration_ms: null,
    end_reason: null,
    recording: { state: 'off', generation: 0, status: 'pending', may_change: true, mode: 'both', reason_code: null, reason: null, stalled: null, id: null, ...recording },
  }
}

function after(...actions: Action[]): State {
  return actions.reduce(reduce, INITIAL)
}

const dial: Action = { type: 'dial', expected: true }
const snapshot = (...input: Parameters<typeof call>): Action => ({ type: 'snapshot', call: call(...input) })
const placed: Action = { type: 'placed', call: call('initiated'), role: 'rep' }

test('a call goes from dialling to its end', () => {
  assert.equal(after(dial).line, 'preparing')
  const ringing = after(dial, placed, snapshot('ringing'))
  assert.equal(statusText(ringing), 'Ringing…')
  assert.equal(statusText(reduce(ringing, snapshot('in-progress'))), 'On call')
  const busy = reduce(ringing, snapshot('busy'))
  assert.equal(busy.line, 'ended')
  assert.equal(statusText(busy), 'Ended: the line was busy')
})

test('news that overtakes the reply to the call is kept', () => {
  assert.equal(after(dial, snapshot('ringing'), placed).call?.status, 'ringing')
  assert.equal(after(dial, snapshot('busy'), placed).line, 'ended')
  assert.equal(after(dial, snapshot('busy', {}, 'another'), placed).line, 'active')
})

test('an old snapshot does not take a call back', () => {
  const state = after(dial, placed, snapshot('in-progress'), snapshot('ringing'))
  assert.equal(state.call?.status, 'in-progress')
})

test('news of other calls changes nothing', () => {
  const state = after(dial, placed)
  assert.equal(reduce(state, snapshot('busy', {}, 'another')), state)
})

test('a disk that takes nothing is told instead of the recording, for as long as it lasts', () => {
  const stalled = 'The recording disk is full. Tell your admin. The call goes on.'
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording', stalled }))
  const view = recordingView(running, null)
  assert.deepEqual([view.tone, view.text, view.reason], ['warn', 'Nothing is being kept', stalled])
  assert.deepEqual(view.press, { kind: 'now', wanted: 'paused' })
  const again = recordingView(reduce(running, snapshot('in-progress', { state: 'recording' })), null)
  assert.deepEqual([again.tone, again.text], ['on', 'Recording'])
  const paused = recordingView(reduce(running, snapshot('in-progress', { state: 'paused', stalled })), null)
  assert.deepEqual([paused.tone, paused.text], ['paused', 'Recording paused'])
})

test('the shown recording state changes only with the answer', () => {
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording' }))
  const asked = reduce(running, { type: 'recording-wanted', wanted: 'paused' })
  assert.equal(asked.call?.recording.state, 'recording')
  const view = recordingView(asked, null)
  assert.deepEqual([view.tone, view.pending, view.press], ['on', true, null])
  const answered = reduce(asked, { type: 'recording-answered', recording: 'paused', generation: 1 })
  assert.deepEqual([answered.call?.recording.state, answered.wanted], ['paused', null])
  const byEvent = reduce(asked, snapshot('in-progress', { state: 'paused' }))
  assert.deepEqual([byEvent.call?.recording.state, byEvent.wanted], ['paused', null])
})

test('a pause that nobody confirms is said to be open, and keeps being pending', () => {
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording' }))
  const asked = reduce(running, { type: 'recording-wanted', wanted: 'paused' })
  const unconfirmed = reduce(asked, { type: 'unconfirmed' })
  const view = recordingView(unconfirmed, null)
  assert.equal(view.text, 'Pause not confirmed: recording may still be running')
  assert.deepEqual([view.tone, view.pending, view.press], ['on', true, null])
  const confirmed = reduce(unconfirmed, { type: 'recording-answered', recording: 'paused', generation: 1 })
  assert.deepEqual([confirmed.unconfirmed, recordingView(confirmed, null).text], [false, 'Recording paused'])
  assert.equal(reduce(unconfirmed, snapshot('in-progress', { state: 'paused', generation: 1 })).unconfirmed, false)
})

test('a hang-up that nobody confirms is said to be open, and one that is confirmed ends the call', () => {
  const hanging = after(dial, placed, snapshot('in-progress'), { type: 'hang-up' }, { type: 'unconfirmed' })
  assert.equal(statusText(hanging), 'Not confirmed yet: the call may still run')
  const over = reduce(hanging, { type: 'hung-up', status: null })
  assert.deepEqual([over.line, over.call?.status, statusText(over)], ['ended', 'completed', 'Ended: you hung up'])
})

test('an answer that comes after its event does not take back what followed it', () => {
  const asked = after(dial, placed, snapshot('in-progress', { state: 'recording' }), { type: 'recording-wanted', wanted: 'paused' })
  const paused = reduce(asked, snapshot('in-progress', { state: 'paused', generation: 1 }))
  const resumed = reduce(paused, snapshot('in-progress', { state: 'recording', generation: 1 }))
  assert.equal(reduce(resumed, { type: 'recording-answered', recording: 'paused', generation: 1 }).call?.recording.state, 'recording')
})

test('news of before a pause does not take the pause back', () => {
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording' }))
  const asked = reduce(running, { type: 'recording-wanted', wanted: 'paused' })
  const paused = reduce(asked, { type: 'recording-answered', recording: 'paused', generation: 1 })
  const late = reduce(paused, snapshot('in-progress', { state: 'recording', generation: 0 }))
  assert.deepEqual([late.call?.recording.state, late.call?.recording.generation], ['paused', 1])
})

test('a refusal leaves the recording as it was and says why', () => {
  const running = after(dial, placed, snapshot('in-progress'), { type: 'recording-wanted', wanted: 'recording' })
  const refused = reduce(running, { type: 'recording-refused', problem: { code: 'not_allowed', message: 'No.' } })
  assert.deepEqual([refused.call?.recording.state, refused.wanted, refused.problem?.message], ['off', null, 'No.'])
})

test('a failure before the call is placed goes back to the number', () => {
  const failed = after(dial, { type: 'problem', problem: { code: 'microphone', message: 'Blocked.' } })
  assert.deepEqual([failed.line, failed.problem?.message], ['idle', 'Blocked.'])
})

test('a problem during the call does not end it', () => {
  const state = after(dial, placed, { type: 'problem', problem: { code: 'signed_out', message: 'Sign in.' } })
  assert.equal(state.line, 'active')
})

test('a call that ended while nobody listened is over', () => {
  assert.equal(after(dial, placed, { type: 'vanished' }).line, 'ended')
})

test('a call of another tab is shown, and gone when it ends', () => {
  const state = after({ type: 'elsewhere', call: call('in-progress'), role: 'rep' })
  assert.equal(statusText(state), 'On a call elsewhere')
  assert.equal(reduce(state, snapshot('completed')).line, 'idle')
})

const BUTTON: [RecordingState, string, string][] = [
  ['off', 'Start Call Recording', 'off'],
  ['recording', 'Pause Call Recording', 'on'],
  ['paused', 'Resume Call Recording', 'paused'],
]
for (const [state, name, tone] of BUTTON) {
  test(`during a call that is ${state} the button says ${name}`, () => {
    const view = recordingView(after(dial, placed, snapshot('in-progress', { state })), null)
    assert.deepEqual([view.name, view.tone, view.locked], [name, tone, false])
  })
}

test('a rep who may not change it sees a locked button', () => {
  const view = recordingView(after(dial, placed, snapshot('in-progress', { state: 'recording', may_change: false })), null)
  assert.deepEqual([view.locked, view.press, view.tone], [true, null, 'on'])
})

test('before the call the button is red exactly when the next call will be recorded', () => {
  const decision = { mode: 'both', records: true, may_change: true, may_choose: true, sentence: 'On: your team records.' } as const
  const on = recordingView(INITIAL, decision)
  assert.deepEqual([on.name, on.tone, on.press], ['Record Next Call', 'on', { kind: 'next-call', wanted: false }])
  const off = recordingView(INITIAL, { ...decision, records: false, may_choose: false, sentence: 'Off: California.' })
  assert.deepEqual([off.tone, off.locked, off.press, off.reason], ['off', true, null, 'Off: California.'])
})

test('a collaborator leaves a call that goes on, and is told of its end as one of two', () => {
  const joined = after(dial, { type: 'placed', call: call('in-progress'), role: 'collaborator' })
  assert.equal(statusText(reduce(joined, { type: 'hang-up' })), 'Leaving…')
  assert.equal(statusText(reduce(joined, { type: 'vanished' })), 'You left the call')
  const over = reduce(joined, { type: 'snapshot', call: { ...call('completed'), end_reason: 'rep_hung_up' } })
  assert.equal(statusText(over), 'Ended: your side hung up')
})
