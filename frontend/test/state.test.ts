import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingView } from '../src/call/recording.ts'
import { INITIAL, endingText, reduce, statusText, type Action, type State } from '../src/call/state.ts'
import { call } from './calls.ts'

const nothing = { decision: null, isFinal: false }
/** As Ana, whose id is 1, sees it. */
const view = (state: State) => recordingView(state, nothing, '1')

function after(...actions: Action[]): State {
  return actions.reduce(reduce, INITIAL)
}

const dial: Action = { type: 'dial', role: 'rep' }
const snapshot = (...input: Parameters<typeof call>): Action => ({ type: 'snapshot', call: call(...input) })
const placed: Action = { type: 'placed', call: call('initiated'), role: 'rep' }

test('a call goes from dialing to its end', () => {
  assert.equal(after(dial).line, 'preparing')
  const ringing = after(dial, placed, snapshot('ringing'))
  assert.equal(statusText(ringing), 'Ringing…')
  assert.equal(statusText(reduce(ringing, snapshot('in-progress'))), 'On call')
  const busy = reduce(ringing, snapshot('busy'))
  assert.equal(busy.line, 'ended')
  assert.equal(endingText(call('busy'), 'rep'), 'The line was busy')
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
  const stalled = 'The recording disk is full. Tell your admin. The call continues.'
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording', stalled }))
  const told = view(running)
  assert.deepEqual([told.tone, told.text, told.reason], ['warn', 'Nothing is being saved', stalled])
  assert.deepEqual(told.press, { kind: 'now', wanted: 'paused' })
  const again = view(reduce(running, snapshot('in-progress', { state: 'recording' })))
  assert.deepEqual([again.tone, again.text], ['on', 'Recording'])
  const paused = view(reduce(running, snapshot('in-progress', { state: 'paused', stalled })))
  assert.deepEqual([paused.tone, paused.text], ['paused', 'Paused'])
})

test('the shown recording state changes only with the answer', () => {
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording' }))
  const asked = reduce(running, { type: 'recording-wanted', wanted: 'paused' })
  assert.equal(asked.call?.recording.state, 'recording')
  const shown = view(asked)
  assert.deepEqual([shown.tone, shown.pending, shown.press], ['on', true, null])
  const answered = reduce(asked, { type: 'recording-answered', recording: 'paused', generation: 1 })
  assert.deepEqual([answered.call?.recording.state, answered.wanted], ['paused', null])
  const byEvent = reduce(asked, snapshot('in-progress', { state: 'paused' }))
  assert.deepEqual([byEvent.call?.recording.state, byEvent.wanted], ['paused', null])
})

test('a pause that nobody confirms is said to be open, and keeps being pending', () => {
  const running = after(dial, placed, snapshot('in-progress', { state: 'recording' }))
  const asked = reduce(running, { type: 'recording-wanted', wanted: 'paused' })
  const unconfirmed = reduce(asked, { type: 'unconfirmed' })
  const shown = view(unconfirmed)
  assert.equal(shown.text, 'Pause not confirmed: recording may still be on')
  assert.deepEqual([shown.tone, shown.pending, shown.press], ['warn', true, null])
  const confirmed = reduce(unconfirmed, { type: 'recording-answered', recording: 'paused', generation: 1 })
  assert.deepEqual([confirmed.unconfirmed, view(confirmed).text], [false, 'Paused'])
  assert.equal(reduce(unconfirmed, snapshot('in-progress', { state: 'paused', generation: 1 })).unconfirmed, false)
})

test('a hang-up that nobody confirms is said to be open, and one that is confirmed ends the call', () => {
  const hanging = after(dial, placed, snapshot('in-progress'), { type: 'hang-up' }, { type: 'unconfirmed' })
  assert.equal(statusText(hanging), 'Not confirmed yet: the call may still be live')
  const over = reduce(hanging, { type: 'hung-up', status: null })
  assert.deepEqual([over.line, over.call?.status, over.call && endingText(over.call, 'rep')], ['ended', 'completed', 'You hung up'])
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

test('a collaborator leaves a call that goes on, and is told of its end as one of two', () => {
  const joined = after(dial, { type: 'placed', call: call('in-progress'), role: 'collaborator' })
  assert.equal(statusText(reduce(joined, { type: 'hang-up' })), 'Leaving…')
  const left = after(dial, { type: 'placed', call: call('in-progress'), role: 'collaborator' }, { type: 'vanished' })
  assert.deepEqual([left.line, statusText(left)], ['ended', 'You left the call'])
  assert.equal(statusText(reduce(left, snapshot('completed'))), 'Call ended')
  assert.equal(endingText(call('in-progress'), 'collaborator'), 'You left the call')
  assert.equal(endingText({ ...call('completed'), end_reason: 'rep_hung_up' }, 'collaborator'), 'Your side hung up')
})

test('a call that the phone system lost is not called one that could not be connected', () => {
  const lost = { ...call('failed'), end_reason: 'lost', duration_ms: 61_000 } as const
  assert.equal(endingText(lost, 'rep'), 'The phone system lost the call at 1:01')
})

test('a call that is put aside waits, through the next one, until it is logged', () => {
  const over = after(dial, placed, snapshot('completed'))
  const aside = reduce(over, { type: 'put-aside', call: call('completed') })
  assert.deepEqual([aside.line, aside.toLog.map(({ id }) => id)], ['idle', ['c1']])
  const second = [dial, { ...placed, call: call('initiated', {}, 'c2') } as Action, snapshot('busy', {}, 'c2')].reduce(reduce, aside)
  assert.deepEqual([second.line, second.call?.id, second.toLog.length], ['ended', 'c2', 1])
  const both = reduce(second, { type: 'put-aside', call: call('busy', {}, 'c2') })
  assert.deepEqual(both.toLog.map(({ id }) => id), ['c2', 'c1'])
  const log = { disposition: 'Busy', sentiment: '', notes: '', notes_revision: 0, logged: true, person: null }
  const logged = reduce(both, { type: 'snapshot', call: { ...call('busy', {}, 'c2'), log } })
  assert.deepEqual(logged.toLog.map(({ id }) => id), ['c1'])
  const taken = reduce(logged, { type: 'to-log', call: call('completed') })
  assert.deepEqual([taken.line, taken.call?.id, taken.toLog.length], ['ended', 'c1', 0])
})
