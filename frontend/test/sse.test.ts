import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventParser } from '../src/sse.ts'

const STREAM = ': hello\r\nretry: 2000\r\n\r\nid: 7\r\nevent: call\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: x\n\nid: 9\n\n'
const EVENTS = [
  { id: '7', event: 'call', data: '{"a":\n1}' },
  { id: '7', event: 'message', data: 'x' },
]

test('events are the same wherever the network cuts the stream', () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new EventParser()
    const events = []
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)))
    assert.deepEqual(events, EVENTS, `in pieces of ${size}`)
    assert.equal(parser.lastId, '9')
    assert.equal(parser.retry, 2000)
  }
})
