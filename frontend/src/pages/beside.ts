/**
 * A column beside a longer one, which stays in sight while the page scrolls: `<or-beside>`. One that is taller than the window scrolls
 * until its end is in sight. Styles cannot ask how tall an element is. It has no id: htmx carries the attributes of what has one into what
 * comes anew, and the page's policy lets no style be set so.
 */
export class Beside extends HTMLElement {
  #observer = new ResizeObserver(() => this.style.setProperty('--beside-height', `${this.offsetHeight}px`))

  connectedCallback(): void {
    this.#observer.observe(this)
  }

  disconnectedCallback(): void {
    this.#observer.disconnect()
  }
}
