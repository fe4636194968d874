import { element } from '../ui/dom.ts'
import { KEYS } from './number.ts'

/** A telephone keypad; `onPress` receives the key. */
export function keypad(onPress: (key: string) => void): HTMLElement {
  const root = element(`<div class="keypad" role="group" aria-label="Keypad"></div>`)
  for (const [key, letters] of KEYS) {
    const button = element<HTMLButtonElement>(
      `<button type="button" class="key" data-key="${key}"><span>${key}</span><small aria-hidden="true">${letters}</small></button>`,
    )
    button.setAttribute('aria-label', { '*': 'Star', '#': 'Pound' }[key] ?? key)
    root.append(button)
  }
  root.addEventListener('click', (event) => {
    const key = (event.target as Element).closest<HTMLElement>('.key')?.dataset.key
    if (key) onPress(key)
  })
  root.addEventListener('keydown', (event) => {
    if (/^[\d*#]$/.test(event.key)) onPress(event.key)
  })
  return root
}
