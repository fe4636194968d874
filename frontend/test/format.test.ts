import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock, count, escapeHtml, localMoment, moment, timeOfDay, timer } from '../src/ui/format.ts'
import { classify, tidy } from '../src/dialer/number.ts'

test('a clock shows minutes and seconds, and hours when there are any', () => {
  assert.equal(clock(0), '0:00')
  assert.equal(clock(65_999), '1:05')
  assert.equal(clock(3_665_000), '1:01:05')
  assert.equal(clock(-5), '0:00')
})

test('the call timer always has two digits of minutes', () => {
  assert.equal(timer(59_999), '00:59')
  assert.equal(timer(754_000), '12:34')
  assert.equal(timer(3_600_000), '1:00:00')
})

test('moments are written as Americans write them, in the zone that is asked for', () => {
  assert.equal(moment('2026-01-31T15:04:05Z', 'America/New_York'), 'Jan 31, 2026, 10:04 AM')
  assert.equal(moment('2026-09-01T00:30:00Z', 'UTC'), 'Sep 1, 2026, 12:30 AM')
  assert.equal(moment('2026-09-01T12:00:00Z', 'UTC'), 'Sep 1, 2026, 12:00 PM')
  assert.match(localMoment('2026-01-31T15:04:05Z'), /^[A-Z][a-z]{2} \d{1,2}, 2026, \d{1,2}:04 [AP]M \S+$/)
  assert.equal(timeOfDay(new Date(2026, 0, 31, 15, 4)), '3:04 PM')
})

test('counts have separators', () => {
  assert.equal(count(12), '12')
  assert.equal(count(1_234_567), '1,234,567')
})

test('text cannot become markup', () => {
  assert.equal(escapeHtml(`<a title="x">'&`), '&#60;a title=&#34;x&#34;&#62;&#39;&#38;')
})

test('pasted numbers lose what phone books and mail programs add', () => {
  assert.equal(tidy('tel:+1-212-555-0100'), '+1-212-555-0100')
  assert.equal(tidy('＋１ ２１２'), '+1 212')
  assert.equal(tidy('\u202a+44\u00a020 7946 0000\u202c\n'), '+44 20 7946 0000')
})

test('what begins like a number is one; vanity numbers too', () => {
  assert.deepEqual(classify(' (212) 555-0100 '), { kind: 'number', text: '(212) 555-0100' })
  assert.deepEqual(classify('1-800-FLOWERS'), { kind: 'number', text: '1-800-FLOWERS' })
  for (const text of ['sip:+14155550101@example.com', 'tel:7042;phone-context=+1', "'+14155550101", '415-555-0101 x123', '(+44) 20 7946 0018']) {
    assert.deepEqual(classify(text), { kind: 'number', text })
  }
  assert.deepEqual(classify('Ada 2'), { kind: 'name', text: 'Ada 2' })
  assert.deepEqual(classify('  '), { kind: 'empty' })
})
