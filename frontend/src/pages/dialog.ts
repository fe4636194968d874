/** The page's dialog: a link with `data-dialog` opens its target there; without scripts, as a page. */
import htmx from 'htmx.org'
import { part } from '../ui/dom.ts'
import { playerOf } from '../player/playlist.ts'

export async function openDialog(link: HTMLAnchorElement): Promise<void> {
  const dialog = part<HTMLDialogElement>(document, 'dialog#dialog')
  dialog.replaceChildren()
  await htmx.ajax('GET', link.href, { target: '#dialog', select: '#dialog > *', swap: 'innerHTML ignoreTitle:true' })
  if (!dialog.firstElementChild) return
  for (const take of dialog.querySelectorAll<HTMLElement>('[data-take-time]')) take.hidden = !playerOf(take)
  dialog.showModal()
}

export function closeDialog(button: Element): void {
  button.closest('dialog')?.close()
}
