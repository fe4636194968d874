import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortcutOf, type Pressed } from '../src/dialer/shortcuts.ts'

const NONE: Pressed = { code: '', key: '', altKey: false, ctrlKey: false, metaKey: false, repeat: false }
const alt = (code: string, key = ''): Pressed => ({ ...NONE, code, key, altKey: true })

const KEYS: [string, Pressed, boolean, string | null][] = [
  ['Alt K', alt('KeyK', 'k'), false, 'dialer'],
  ['Alt Enter', alt('Enter', 'Enter'), false, 'main'],
  ['Alt and the Enter of the number pad', alt('NumpadEnter', 'Enter'), false, 'main'],
  ['Alt P while typing', alt('KeyP', 'p'), true, 'record'],
  ['Option P on a Mac, which types a letter', alt('KeyP', 'π'), true, 'record'],
  ['Alt M', alt('KeyM', 'm'), false, 'mute'],
  ['Alt H while typing', alt('KeyH', 'h'), true, 'hang-up'],
  ['Alt N', alt('KeyN', 'n'), false, 'notes'],
  ['a slash', { ...NONE, code: 'Slash', key: '/' }, false, 'search'],
  ['a slash on a German keyboard', { ...NONE, code: 'Digit7', key: '/' }, false, 'search'],
  ['a question mark', { ...NONE, code: 'Slash', key: '?' }, false, 'list'],
  ['a question mark while typing', { ...NONE, code: 'Slash', key: '?' }, true, null],
  ['a bare letter', { ...NONE, code: 'KeyH', key: 'h' }, false, null],
  ['AltGr H, which Windows reports as Ctrl Alt', { ...alt('KeyH', 'h'), ctrlKey: true }, false, null],
  ['Alt H that is held down', { ...alt('KeyH', 'h'), repeat: true }, false, null],
  ['Alt X', alt('KeyX', 'x'), false, null],
]
for (const [name, pressed, isTyping, action] of KEYS) {
  test(`${name} asks for ${action ?? 'nothing'}`, () => assert.equal(shortcutOf(pressed, isTyping), action))
}
