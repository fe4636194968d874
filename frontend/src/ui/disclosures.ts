/** Menus and confirmations that open in place. Escape closes them; a click elsewhere closes menus. */

export function closeMenus(besides: Node | null = null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
    if (!menu.contains(besides)) menu.open = false
  }
}

export function startDisclosures(): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    const open = (event.target as Element).closest<HTMLDetailsElement>('details:is(.confirmed, .menu)[open]')
    if (!open) return
    open.open = false
    open.querySelector('summary')?.focus()
  })
  document.addEventListener('click', (event) => closeMenus(event.target as Node))
}
