/** Build one element from markup. The markup must be our own: insert any other text with `textContent`. */
export function element<T extends HTMLElement = HTMLElement>(markup: string): T {
  const template = document.createElement('template')
  template.innerHTML = markup.trim()
  return template.content.firstElementChild as T
}

/** The descendant that matches. A missing one is an error in our own markup. */
export function part<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector)
  if (!found) throw new Error(`No ${selector} in the element`)
  return found
}

/** Set an attribute only if it differs, so that screen readers and observers are not triggered needlessly. */
export function attribute(target: Element, name: string, value: string | boolean | null): void {
  const text = typeof value === 'boolean' ? (value ? '' : null) : value
  if (text === target.getAttribute(name)) return
  if (text === null) target.removeAttribute(name)
  else target.setAttribute(name, text)
}

export function text(target: Element, value: string): void {
  if (target.textContent !== value) target.textContent = value
}
