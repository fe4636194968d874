/**
 * `<or-beside>`: a column next to a longer one, which stays visible while the page scrolls. If it is taller than the window,
 * it scrolls until its end is visible. CSS cannot do this because it cannot query an element's height. The element has no
 * id, because htmx copies the attributes of elements with ids into swapped content, and the page's CSP forbids setting
 * styles that way.
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
