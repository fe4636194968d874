import { element, text } from './dom.ts'

const SHOWN_MS = 6000

/** Show a brief message. The region is in the page from the start, so that screen readers watch it. */
export function toast(message: string): void {
  const region = document.getElementById('toasts')
  if (!region) return
  const note = element('<p class="toast"></p>')
  text(note, message)
  region.append(note)
  setTimeout(() => note.remove(), SHOWN_MS)
}
