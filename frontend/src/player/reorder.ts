import { part } from '../ui/dom.ts'

/**
 * Make the items of `list` draggable by their `data-grip`, with any kind of pointer; keyboard users have buttons. `drop`
 * gets the grip's value and by how many places the item was moved.
 */
export function reorder(list: HTMLElement, signal: AbortSignal, drop: (grip: string, by: number) => void): void {
  list.addEventListener('pointerdown', (event) => {
    const grip = (event.target as Element).closest<HTMLElement>('[data-grip]')
    const item = grip?.closest('li')
    if (!grip || !item || event.button !== 0) return
    event.preventDefault()
    drag(list, item, grip, event.pointerId, drop)
  }, { signal })
}

function drag(list: HTMLElement, item: HTMLElement, grip: HTMLElement, pointer: number, drop: (grip: string, by: number) => void): void {
  const from = place(item)
  const home = item.nextElementSibling
  const done = new AbortController()
  const { signal } = done
  const put = (before: Element | null) => part(list, 'ol').insertBefore(item, before)
  item.toggleAttribute('data-dragged', true)
  grip.setPointerCapture(pointer)
  grip.addEventListener('pointermove', ({ clientY }) => {
    const [above, below] = [item.previousElementSibling, item.nextElementSibling]
    if (above && clientY < middle(above)) put(above)
    else if (below && clientY > middle(below)) put(below.nextElementSibling)
    // Moving the element within the document releases the pointer capture.
    if (!grip.hasPointerCapture(pointer)) grip.setPointerCapture(pointer)
  }, { signal })
  const end = (kept: boolean) => {
    done.abort()
    item.removeAttribute('data-dragged')
    if (!kept) put(home)
    const by = place(item) - from
    if (by) drop(grip.dataset.grip ?? '', by)
  }
  grip.addEventListener('pointerup', () => end(true), { signal })
  grip.addEventListener('pointercancel', () => end(false), { signal })
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') end(false)
  }, { signal })
}

const place = (item: Element) => [...(item.parentElement?.children ?? [])].indexOf(item)

function middle(item: Element): number {
  const { top, height } = item.getBoundingClientRect()
  return top + height / 2
}
