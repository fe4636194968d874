/** Public links: the token after `#` is posted, so that it never appears in a requested URL. */
import { part } from '../ui/dom.ts'
import { localMoment } from '../ui/format.ts'
import { toast } from '../ui/toast.ts'

/** Open the shared recording, on the link's page. */
export function openShare(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-open-share]')
  if (!form) return
  const token = location.hash.slice(1)
  if (!token) {
    part(form, '.share-waits').textContent = 'Open the full link that you were sent.'
    return
  }
  part<HTMLInputElement>(form, '[name=token]').value = token
  // Remove the token from the history.
  history.replaceState(null, '', location.pathname)
  form.submit()
}

/** Visitors have no account with a time zone, so use the browser's. */
export function showLocalTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    time.textContent = localMoment(time.dateTime)
  }
}

/** Copy the content of the field that a button names. */
export async function copyField(button: HTMLElement): Promise<void> {
  const field = document.getElementById(button.dataset.copy ?? '') as HTMLInputElement
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    toast('Copied.')
  } catch {
    // The clipboard requires TLS and permission.
    toast('Press Ctrl+C to copy the selected text.')
  }
}
