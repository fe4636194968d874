/** Keyboard shortcuts on every page. Those with Alt also work inside text fields; single characters do not. */
import { attribute, element } from '../ui/dom.ts'

export type Shortcut = 'dialer' | 'main' | 'record' | 'mute' | 'hang-up' | 'notes' | 'search' | 'list'

export const SHORTCUTS: readonly { action: Shortcut; keys: string; says: string }[] = [
  { action: 'dialer', keys: 'Alt+K', says: 'Go to the dialer' },
  { action: 'main', keys: 'Alt+Enter', says: 'Call, or save and next' },
  { action: 'record', keys: 'Alt+P', says: 'Record the next call, pause, resume' },
  { action: 'mute', keys: 'Alt+M', says: 'Mute, unmute' },
  { action: 'hang-up', keys: 'Alt+H', says: 'Hang up' },
  { action: 'notes', keys: 'Alt+N', says: 'Go to the notes' },
  { action: 'search', keys: '/', says: 'Search' },
  { action: 'list', keys: '?', says: 'Show this list' },
]

export type Pressed = Pick<KeyboardEvent, 'code' | 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'repeat'>

/**
 * The shortcut for these keys. With Alt the physical key counts, because on a Mac Option types other characters; otherwise
 * the character does. A key that is held down counts once.
 */
export function shortcutOf({ code, key, altKey, ctrlKey, metaKey, repeat }: Pressed, isTyping: boolean): Shortcut | null {
  if (ctrlKey || metaKey || repeat || (isTyping && !altKey)) return null
  const keys = altKey ? `Alt+${code.replace(/^Key|^Numpad/, '')}` : key
  return SHORTCUTS.find((shortcut) => shortcut.keys === keys)?.action ?? null
}

const OFF = 'onrecord.shortcuts-off'

export function areOn(): boolean {
  return localStorage.getItem(OFF) === null
}

export function switchOn(on: boolean): void {
  if (on) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, '')
  show()
}

/** Show the shortcuts on the buttons. */
export function show(): void {
  attribute(document.documentElement, 'data-key-hints', areOn() ? null : 'off')
  for (const button of document.querySelectorAll<HTMLElement>('[data-keys]')) tell(button)
}

/** Show a button's keys on it, also for assistive technology. */
export function keyed<T extends HTMLElement>(button: T, keys: string): T {
  button.dataset.keys = keys
  const hint = element('<kbd aria-hidden="true"></kbd>')
  hint.textContent = readable(keys)
  button.append(hint)
  tell(button)
  return button
}

function tell(button: HTMLElement): void {
  attribute(button, 'aria-keyshortcuts', areOn() ? (button.dataset.keys ?? null) : null)
}

/** The keys as labeled on this user's keyboard. */
export function readable(keys: string): string {
  return keys.replace('Alt+', navigator.platform.startsWith('Mac') ? '⌥ ' : 'Alt ').replace('Enter', '⏎')
}
