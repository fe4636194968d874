import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../src/api/client.ts'
import { outcomeText, tooltip, type RecordingView } from '../src/call/recording.ts'

function call(status: string, state: string): Call {
  const recording = { status: 'pending', state, mode: 'both', reason: null, may_change: true, at_start: true }
  return { id: 'a', status, recording } as unknown as Call
}

test('a collaborator who left reads that the call goes on, not that its recording is being made', () => {
  assert.equal(outcomeText(call('in-progress', 'recording')), 'The call continues and is being recorded.')
  assert.equal(outcomeText(call('in-progress', 'paused')), 'The call continues.')
  assert.equal(outcomeText(call('completed', 'recording')), 'The recording is being processed.')
})

test('why there is no recording is said without what stands before it already', () => {
  const over = call('completed', 'off')
  const ended = (reason: string | null): Call => ({ ...over, recording: { ...over.recording, status: 'not_recorded', reason } })
  assert.equal(outcomeText(ended('Off: this number is not of your people.')), 'No recording: This number is not of your people.')
  const both = 'One-sided: only our side may be recorded in Iowa. Off: you chose it, e.g. so. On: yes.'
  assert.equal(outcomeText(ended(both)), 'No recording: Only our side may be recorded in Iowa. You chose it, e.g. so. Yes.')
  assert.equal(outcomeText(ended('Off: no Off: in it.')), 'No recording: No Off: in it.')
  assert.equal(outcomeText(ended(null)), 'No recording: Nothing was captured.')
})

test('the tooltip of a locked icon says why', () => {
  const off: RecordingView = {
    name: 'Record Next Call', pressed: false, text: '', reason: 'Your team does not record.', tone: 'off', locked: true, pending: false,
    button: '', press: null,
  }
  assert.equal(tooltip(off), 'Record Next Call: off. Your team does not record.')
  assert.equal(tooltip({ ...off, locked: false }), 'Record Next Call: off')
  assert.equal(tooltip({ ...off, name: 'Recording, Locked', pressed: null }), 'Recording, Locked. Your team does not record.')
  assert.equal(tooltip({ ...off, reason: '' }), 'Record Next Call: off')
})
