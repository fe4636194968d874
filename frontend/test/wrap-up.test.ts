import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Log, ChoiceList } from '../src/api/client.ts'
import { lacking } from '../src/dialer/wrap-up.ts'

const LISTS: ChoiceList[] = [
  { field: 'disposition', choices: ['Connected'], required: true },
  { field: 'sentiment', choices: ['Positive'], required: false },
]

function call(answered: boolean, disposition: string | null): Call {
  const log = disposition === null ? null : ({ disposition, sentiment: '' } as Log)
  return { answered_at: answered ? '2026-01-01T00:00:00Z' : null, log } as Call
}

test('an answered call lacks what is required and was not chosen', () => {
  assert.deepEqual(lacking(call(true, null), LISTS), ['disposition'])
  assert.deepEqual(lacking(call(true, ''), LISTS), ['disposition'])
  assert.deepEqual(lacking(call(true, 'Connected'), LISTS), [])
})

test('a call that nobody answered lacks nothing', () => {
  assert.deepEqual(lacking(call(false, null), LISTS), [])
})
