/** Signing out: first sends unsaved notes, because the next user of this browser must not find any call data. */
import { dropDraft, drafted, sendDrafts, type Unsent } from '../call/drafts.ts'
import { element, part, text } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { signInPage } from '../ui/navigation.ts'
import { toast } from '../ui/toast.ts'

const MARKUP = `
  <dialog class="ask" aria-labelledby="unsent-heading">
    <form method="dialog" class="form">
      <h2 id="unsent-heading">Some notes are not saved</h2>
      <p class="problem" role="alert"></p>
      <p>They are only in this browser. When you sign out, they are deleted so that no one else can read them here.</p>
      <div class="stack"></div>
      <div class="acts"><button class="primary" value="again">Try again</button>
        <button class="button" value="stay">Stay signed in</button>
        <button class="button" value="discard">${icon('log-out')}Delete them and sign out</button></div>
    </form>
  </dialog>`

/** Notifies the user's other tabs, which show calls too. */
const tabs = new BroadcastChannel('onrecord.signed-out')

export function startSignOut(): void {
  tabs.addEventListener('message', () => location.replace(signInPage))
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (!form.hasAttribute('data-sign-out')) return
    event.preventDefault()
    void sendAndLeave(form)
  })
}

async function sendAndLeave(form: HTMLFormElement): Promise<void> {
  const unsent = await sendDrafts()
  if (unsent.length) ask(form, unsent)
  else await leave(form)
}

function ask(form: HTMLFormElement, unsent: Unsent[]): void {
  const dialog = element<HTMLDialogElement>(MARKUP)
  text(part(dialog, '.problem'), [...new Set(unsent.map(({ reason }) => reason))].join(' '))
  part(dialog, '.stack').append(...unsent.map(noteField))
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (dialog.returnValue === 'again') void sendAndLeave(form)
    if (dialog.returnValue === 'discard') void leave(form)
  })
  document.body.append(dialog)
  dialog.showModal()
}

/** Shows a note so that the user can read it and copy it to a safe place. */
function noteField({ callId, text: notes }: Unsent): HTMLElement {
  const field = element(`<div class="field"><label></label><textarea rows="3" readonly></textarea></div>`)
  const area = part<HTMLTextAreaElement>(field, 'textarea')
  area.id = `unsent-${callId}`
  area.value = notes
  part<HTMLLabelElement>(field, 'label').htmlFor = area.id
  text(part(field, 'label'), `Notes of call ${callId.slice(0, 8)}`)
  return field
}

/** Sign out, and delete the drafts only once the session has ended. */
async function leave(form: HTMLFormElement): Promise<void> {
  const response = await fetch(form.action, { method: 'POST', body: new FormData(form) }).catch(() => null)
  if (!response?.ok) {
    toast('You are still signed in, because OnRecord did not respond. Check your connection, then try again.')
    return
  }
  drafted().forEach(dropDraft)
  tabs.postMessage('')
  location.assign(signInPage)
}
