import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../src/api.ts'
import { outcomeText } from '../src/call/recording.ts'

function call(status: string, state: string): Call {
  const recording = { status: 'pending', state, mode: 'both', reason: null, may_change: true, at_start: true }
  return { id: 'a', status, recording } as unknown as Call
}

test('a collaborator who left reads that the call goes on, not that its recording is being made', () => {
  assert.equal(outcomeText(call('in-progress', 'recording')), 'The call goes on and is being recorded.')
  assert.equal(outcomeText(call('in-progress', 'paused')), 'The call goes on.')
  assert.equal(outcomeText(call('completed', 'recording')), 'The recording is being made.')
})
