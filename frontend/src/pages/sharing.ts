/** Public links: what follows `#` in one is posted, so that no address with it goes anywhere. */
import { part } from '../ui/dom.ts'
import { localMoment } from '../ui/format.ts'
import { toast } from '../ui/toast.ts'

/** On the page that a link leads to. */
export function openShare(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-open-share]')
  if (!form) return
  const token = location.hash.slice(1)
  if (!token) {
    part(form, '.share-waits').textContent = 'Open the full link that you were sent.'
    return
  }
  part<HTMLInputElement>(form, '[name=token]').value = token
  // Neither the history nor the back button brings the token up again.
  history.replaceState(null, '', location.pathname)
  form.submit()
}

/** Visitors have no account that knows their time zone, but their browser does. */
export function showLocalTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    time.textContent = localMoment(time.dateTime)
  }
}

/** Copy what stands in the field that a button names. */
export async function copyField(button: HTMLElement): Promise<void> {
  const field = document.getElementById(button.dataset.copy ?? '') as HTMLInputElement
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    toast('Copied.')
  } catch {
    // Without TLS, or without leave, there is no clipboard.
    toast('Press Ctrl+C to copy the selected text.')
  }
}
