import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grade } from '../src/call/quality.ts'
import { gapsOf, lostOf, parsePeaks, silencesOf, skipTo } from '../src/player/peaks.ts'

test('peaks are read as the loudest of each side', () => {
  const { left, right } = parsePeaks(new Int8Array([-128, 10, 0, 0, -1, 64, -32, 31]).buffer)
  assert.deepEqual([...left], [1, 0.5])
  assert.deepEqual([...right], [0, 0.25])
})

test('gaps are what no span covers, in file time', () => {
  const spans = [{ start_ms: 9000, end_ms: 12_000 }, { start_ms: 2000, end_ms: 4000 }, { start_ms: 4000, end_ms: 6000 }]
  assert.deepEqual(gapsOf(spans), [{ start: 4, end: 7 }])
  assert.deepEqual(gapsOf([]), [])
})

test('what is lost is no pause, and a hole before the first sound begins the file', () => {
  const spans = [{ start_ms: 2000, end_ms: 4000 }, { start_ms: 7000, end_ms: 9000 }]
  const hole = { start_ms: 4000, end_ms: 6000, cause: 'damaged' }
  assert.deepEqual(gapsOf(spans, [hole]), [{ start: 4, end: 5 }])
  assert.deepEqual(lostOf(spans, [hole]), [{ start: 2, end: 4 }])
  assert.deepEqual(lostOf(spans, [{ start_ms: 500, end_ms: 2000, cause: 'damaged' }]), [{ start: 0, end: 1.5 }])
  assert.deepEqual(lostOf(spans, [{ start_ms: 9000, end_ms: 60_000, cause: 'cut' }]), [])
  assert.deepEqual(lostOf([], []), [])
})

test('only long silence of both sides is skipped, with a margin', () => {
  const loud = () => new Float32Array(300).fill(0.5)
  const [left, right] = [loud(), loud()]
  left.fill(0, 50, 250)
  right.fill(0, 100, 200)
  assert.deepEqual(silencesOf({ left, right }), [{ start: 2.25, end: 3.75 }])
  right.fill(0, 0, 300)
  right.fill(0.5, 90, 300)
  assert.deepEqual(silencesOf({ left, right }), [])
})

test('a skip goes to the end of the range and does not repeat itself', () => {
  const ranges = [{ start: 1, end: 3 }]
  assert.equal(skipTo(2, ranges), 3)
  assert.equal(skipTo(2.99, ranges), null)
  assert.equal(skipTo(0.5, ranges), null)
})

test('a connection is graded by the packets since the last look', () => {
  const before = { packetsReceived: 1000, packetsLost: 500, jitter: 0, roundTrip: null }
  const now = (received: number, lost: number, jitter = 0.005, roundTrip = 0.05) =>
    grade(before, { packetsReceived: 1000 + received, packetsLost: 500 + lost, jitter, roundTrip }).grade
  assert.equal(now(100, 0), 'good')
  assert.equal(now(97, 3), 'fair')
  assert.equal(now(90, 10), 'poor')
  assert.equal(now(0, 0), 'poor')
  assert.equal(now(100, 0, 0.09), 'poor')
  assert.equal(now(100, 0, 0.005, 0.4), 'fair')
})
