import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, CallStatus, Decision } from '../src/api/client.ts'
import { footView } from '../src/call/foot.ts'
import { colleagues, comings, presence } from '../src/call/people.ts'
import { presetDisposition } from '../src/call/disposition.ts'
import { GUARD_MS, PressGuard } from '../src/call/press-guard.ts'
import { recordingView, type Ahead } from '../src/call/recording.ts'
import { INITIAL, type Line, type State } from '../src/call/state.ts'
import { dialerView } from '../src/dialer/view.ts'
import { ANA, MARCUS, call } from './calls.ts'

const NOTHING: Ahead = { decision: null, isFinal: false }
const DECISION: Decision = { mode: 'both', records: true, may_change: true, may_choose: true, sentence: 'On: recording is on by default.' }

function inCall(of: Call): State {
  return { ...INITIAL, line: 'active', call: of }
}
const running = (recording: Partial<Call['recording']>, people = [ANA]) =>
  recordingView(inCall({ ...call('in-progress', recording), people }), NOTHING, '1')
const ahead = (decision: Partial<Decision>, isFinal = true) =>
  recordingView(INITIAL, { decision: { ...DECISION, ...decision }, isFinal }, '1')

const FEET: [Line, Partial<State>, boolean, string, string][] = [
  ['idle', {}, false, 'call', 'Call'],
  ['preparing', {}, false, 'hang-up', 'Hang up'],
  ['active', {}, false, 'hang-up', 'Hang up'],
  ['active', { role: 'collaborator' }, false, 'hang-up', 'Leave'],
  ['elsewhere', {}, false, 'take-over', 'Continue here'],
  ['ended', {}, true, 'save-next', 'Save and next'],
  ['ended', { role: 'collaborator' }, false, 'done', 'Done'],
]
for (const [line, more, logging, action, word] of FEET) {
  test(`the foot of a dialer that is ${line}${logging ? ' and logging' : ''} says ${word}`, () => {
    const foot = footView({ ...INITIAL, line, ...more }, { ready: true, logging })
    assert.deepEqual([foot.action, foot.word, foot.tone === 'end'], [action, word, action === 'hang-up'])
  })
}

test('Call waits for a number, and Hang up for the answer to a hang-up', () => {
  assert.equal(footView(INITIAL, { ready: false, logging: false }).disabled, true)
  assert.equal(footView(INITIAL, { ready: true, logging: false }).disabled, false)
  assert.equal(footView({ ...INITIAL, line: 'active', hangingUp: true }, { ready: true, logging: false }).disabled, true)
})

test('a press that began before a button had its meaning for a while does not count', () => {
  const guard = new PressGuard('call')
  assert.equal(guard.counts(0), true)
  assert.equal(guard.means('hang-up', 1000), true)
  assert.equal(guard.means('hang-up', 1500), false)
  assert.equal(guard.counts(1000 + GUARD_MS - 1), false)
  assert.equal(guard.counts(1000 + GUARD_MS), true)
  guard.begin(1200)
  // A key that is held down begins once, however often it repeats.
  guard.begin(3000)
  assert.equal(guard.counts(3000), false)
  guard.release()
  guard.begin(3100)
  assert.equal(guard.counts(3200), true)
})

test('a press that is called off does not spoil the next one', () => {
  const guard = new PressGuard('call')
  guard.begin(100)
  guard.means('hang-up', 200)
  guard.release()
  assert.equal(guard.counts(200 + GUARD_MS), true)
})

test('before a number the icon is the switch of the next call, and says how it stands', () => {
  const on = ahead({}, false)
  assert.deepEqual([on.name, on.pressed, on.tone, on.text, on.button], ['Record Next Call', true, 'armed', 'Record Next Call is on', ''])
  assert.deepEqual(on.press, { kind: 'next-call', wanted: false })
  const off = ahead({ records: false }, false)
  assert.deepEqual([off.pressed, off.tone, off.text], [false, 'off', 'Record Next Call is off'])
})

test('with a number the strip says whether the call will be recorded, and why', () => {
  const on = ahead({})
  assert.deepEqual([on.text, on.reason, on.button], ['Will be recorded', 'Recording is on by default.', 'Turn off'])
  assert.equal(ahead({ mode: 'one_sided' }).reason, 'Your side only. Recording is on by default.')
  const locked = ahead({ records: false, may_choose: false, sentence: 'Off: California.' })
  assert.deepEqual([locked.text, locked.reason, locked.locked, locked.press, locked.button], ["Won't be recorded", 'California.', true, null, ''])
})

test('while it rings it is said whether the call will be recorded, from what the server says', () => {
  const armed = recordingView(inCall(call('ringing', { reason: 'On: yes.' })), NOTHING, '1')
  assert.deepEqual([armed.text, armed.tone, armed.reason, armed.press], ['Will be recorded', 'armed', 'Yes.', null])
  assert.equal(recordingView(inCall(call('ringing', { at_start: false })), NOTHING, '1').text, "Won't be recorded")
})

const RUNNING: [Partial<Call['recording']>, string, string, string][] = [
  [{ state: 'off' }, 'Start Call Recording', 'off', 'Start'],
  [{ state: 'recording' }, 'Pause Call Recording', 'on', 'Pause'],
  [{ state: 'paused' }, 'Resume Call Recording', 'paused', 'Resume'],
]
for (const [recording, name, tone, button] of RUNNING) {
  test(`during a call that is ${recording.state} the icon says ${name}, and the button ${button}`, () => {
    const view = running(recording)
    assert.deepEqual([view.name, view.pressed, view.tone, view.locked, view.button], [name, null, tone, false, button])
  })
}

test('a rep who may not change it sees a locked icon and no button', () => {
  const view = running({ state: 'recording', may_change: false })
  assert.deepEqual([view.locked, view.press, view.tone, view.button], [true, null, 'on', ''])
})

test('while the announcement plays nothing says that the call is recorded, or that it is not', () => {
  const view = running({ state: 'recording', announcing: true, reason: 'On: recording is on by default.' })
  assert.deepEqual([view.text, view.tone], ['Will be recorded', 'armed'])
  assert.match(view.reason, /announcement.*starts when it ends/)
})

test('everybody reads who paused, and when', () => {
  const moved = { kind: 'paused', at: '2026-01-01T00:06:00Z', by: 'Marcus Reed' } as const
  const paused = running({ state: 'paused', moved }, [ANA, MARCUS])
  assert.deepEqual([paused.text, paused.reason], ['Paused by Marcus Reed', 'Since 5:50. Nothing is saved until one of you resumes.'])
  assert.equal(running({ state: 'paused', moved: { ...moved, by: 'Ana Torres' } }).text, 'Paused by you')
  const twin = { ...MARCUS, name: 'Ana Torres' }
  assert.equal(running({ state: 'paused', moved: { ...moved, by: 'Ana Torres' } }, [ANA, twin]).text, 'Paused by Ana Torres')
  assert.equal(running({ state: 'recording', moved: { ...moved, kind: 'started' } }).reason, 'Turned on by Marcus Reed at 5:50.')
  assert.equal(running({ state: 'recording', moved: { ...moved, kind: 'resumed' } }).reason, 'Resumed by Marcus Reed at 5:50.')
})

test('those in the call with you are the others, with how and since when', () => {
  const both = { ...call('in-progress'), people: [ANA, MARCUS] }
  assert.deepEqual(colleagues(both, '1').map((one) => [one.name, presence(both, one)]), [['Marcus Reed', 'Joined at 5:20']])
  assert.deepEqual(colleagues(both, '2').map((one) => [one.name, presence(both, one)]), [['Ana Torres', 'Placed the call']])
  assert.equal(comings([], [MARCUS]), 'Marcus Reed joined the call.')
  assert.equal(comings([MARCUS], []), 'Marcus Reed left the call.')
  assert.equal(comings([MARCUS], [MARCUS]), '')
})

const CHOICES = ['Connected', 'Meeting booked', 'Left voicemail', 'No answer', 'Busy']
const DISPOSITIONS: [CallStatus, string][] = [
  ['completed', 'Connected'], ['busy', 'Busy'], ['no-answer', 'No answer'], ['canceled', 'No answer'], ['failed', ''],
]
for (const [status, disposition] of DISPOSITIONS) {
  test(`a call that is ${status} is logged as ${disposition || 'what the rep chooses'}`, () => {
    assert.equal(presetDisposition(call(status), CHOICES), disposition)
    assert.equal(presetDisposition(call(status), ['Besetzt']), '')
  })
}

test('each state shows its own parts, and the icon in all but the wrap-up', () => {
  const shown = (line: Line, logging = false) => {
    const state = { ...INITIAL, line, call: line === 'idle' || line === 'preparing' ? null : call('in-progress') }
    const view = dialerView({ state, ahead: NOTHING, userId: '1', ready: true, logging, isPadOpen: false })
    return ['entry', 'contact', 'keypad', 'tools', 'icon'].filter((name) => view[name as 'entry'])
  }
  assert.deepEqual(shown('idle'), ['entry', 'keypad', 'icon'])
  assert.deepEqual(shown('preparing'), ['contact', 'tools', 'icon'])
  assert.deepEqual(shown('active'), ['contact', 'tools', 'icon'])
  assert.deepEqual(shown('ended', true), [])
  assert.deepEqual(shown('ended'), ['contact'])
})
