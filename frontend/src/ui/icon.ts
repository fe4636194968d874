/** Where the sprite is: its name changes from build to build, so the page says it. Without a page (unit tests) nowhere. */
const sprite = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="icons"]')?.content ?? ''

/** Markup of an icon of the sprite. It is decoration: the control that holds it carries the name. */
export function icon(name: string): string {
  return `<svg class="icon" aria-hidden="true"><use href="${sprite}#${name}"></use></svg>`
}
