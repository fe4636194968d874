import { ApiError, api } from '../api/client.ts'
import { element, part, text } from '../ui/dom.ts'
import { icon } from '../ui/icon.ts'
import { toast } from '../ui/toast.ts'

/** What the rep asks about: a number before a call, or the live call. */
export interface Subject {
  number: string
  personId: number | null
  callId: string | null
  /** The name for the number, or the formatted number. */
  who: string
  /** Why the control is locked. */
  reason: string
}

/** "Ask an admin" next to a locked recording control: a note to the admins, with the reason attached. */
export class AskAdmin extends HTMLElement {
  #button = element<HTMLButtonElement>(
    `<button type="button" class="ask-admin" aria-haspopup="dialog">Ask an admin</button>`,
  )
  #dialog = element<HTMLDialogElement>(`
    <dialog class="ask" aria-labelledby="ask-heading">
      <form method="dialog" class="form">
        <h2 id="ask-heading">Ask an admin</h2>
        <p class="hint">Your request goes to the admins in charge of recording rules. Their answer will appear in “Your requests”.</p>
        <p class="decision">${icon('shield-check')}<span><strong class="ask-who"></strong><br><span class="ask-reason"></span></span></p>
        <div class="field"><label for="ask-note">Your note (optional)</label>
          <textarea id="ask-note" rows="4" maxlength="2000" autofocus></textarea></div>
        <p class="problem" role="alert" hidden></p>
        <div class="acts"><button type="submit" class="primary">${icon('send')}Send</button>
          <button type="button" class="button" data-cancel>Cancel</button></div>
      </form>
    </dialog>`)
  #subject: Subject | null = null

  connectedCallback(): void {
    if (this.firstChild) return
    this.append(this.#button, this.#dialog)
    this.#button.addEventListener('click', () => this.#open())
    part(this.#dialog, '[data-cancel]').addEventListener('click', () => this.#dialog.close())
    part(this.#dialog, 'form').addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send()
    })
    // The dialer has its own handlers for Escape and clicks.
    this.#dialog.addEventListener('keydown', (event) => event.stopPropagation())
  }

  /** Set what can be asked about now; null if nothing. An open note keeps its subject. */
  offer(subject: Subject | null): void {
    this.hidden = !subject && !this.#dialog.open
    if (!this.#dialog.open) this.#subject = subject
  }

  #open(): void {
    if (!this.#subject) return
    text(part(this.#dialog, '.ask-who'), this.#subject.who)
    text(part(this.#dialog, '.ask-reason'), this.#subject.reason)
    this.#complain('')
    this.#dialog.showModal()
  }

  async #send(): Promise<void> {
    const note = part<HTMLTextAreaElement>(this.#dialog, 'textarea')
    const send = part<HTMLButtonElement>(this.#dialog, '.primary')
    if (!this.#subject || send.disabled) return
    const { number, personId, callId } = this.#subject
    send.disabled = true
    try {
      await api.ask(callId ? { call_id: callId, note: note.value } : { number, person_id: personId, note: note.value })
      note.value = ''
      this.#dialog.close()
      toast('Sent. The answer will appear in “Your requests” in your menu.')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#complain(error.message)
    } finally {
      send.disabled = false
    }
  }

  #complain(message: string): void {
    const problem = part(this.#dialog, '.problem')
    problem.hidden = !message
    text(problem, message)
  }
}
