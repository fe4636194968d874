// Not `new URL('icons.svg', import.meta.url)`: the bundler would look for that file among the sources.
const here = import.meta.url

/** Markup of an icon of the sprite. It is decoration: the control that holds it carries the name. */
export function icon(name: string): string {
  return `<svg class="icon" aria-hidden="true"><use href="${new URL('icons.svg', here).pathname}#${name}"></use></svg>`
}
