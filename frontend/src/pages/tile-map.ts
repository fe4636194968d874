import { attribute, part, text } from '../ui/dom.ts'

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** The tile map: a single tab stop, arrow keys to move between squares, and the reason for the selected one. */
export class TileMap extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('keydown', (event) => this.#key(event))
    this.addEventListener('focusin', (event) => this.#show(event.target as Element))
    this.addEventListener('click', (event) => (event.target as Element).closest<SVGElement>('.tile')?.focus())
  }

  #key(event: KeyboardEvent): void {
    const step = STEPS[event.key]
    const here = (event.target as Element).closest<SVGElement>('.tile')
    if (!step || !here || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    this.#neighbor(here, step)?.focus()
  }

  /** The nearest square in that direction, preferring straight ahead, since the map has gaps. */
  #neighbor(here: SVGElement, [right, down]: readonly [number, number]): SVGElement | null {
    let nearest: SVGElement | null = null
    let least = Number.POSITIVE_INFINITY
    for (const tile of this.querySelectorAll<SVGElement>('.tile')) {
      const columns = Number(tile.dataset.column) - Number(here.dataset.column)
      const rows = Number(tile.dataset.row) - Number(here.dataset.row)
      const ahead = columns * right + rows * down
      const aside = Math.abs(columns * down) + Math.abs(rows * right)
      const distance = ahead + 2 * aside
      if (ahead > 0 && distance < least) [nearest, least] = [tile, distance]
    }
    return nearest
  }

  #show(target: Element): void {
    const tile = target.closest<SVGElement>('.tile')
    if (!tile) return
    for (const other of this.querySelectorAll('.tile')) attribute(other, 'tabindex', other === tile ? '0' : '-1')
    const { name, words, reason } = tile.dataset
    text(part(this, '.tile-detail'), `${name}: ${words}. ${reason}`)
  }
}
