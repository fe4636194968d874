/** URL of the sprite. Its name changes with each build, so the page has it. Empty without a page (unit tests). */
const sprite = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="icons"]')?.content ?? ''

/** Markup of an icon from the sprite. It is decorative: its control has the accessible name. */
export function icon(name: string): string {
  return `<svg class="icon" aria-hidden="true"><use href="${sprite}#${name}"></use></svg>`
}
