import { part } from '../ui/dom.ts'

/**
 * Let the items of `list` be dragged by what carries `data-grip`, with a pointer of any kind; keyboards have buttons.
 * `drop` is told by how many places an item was moved, with the grip's value.
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
    // Moving within the document releases the pointer.
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
