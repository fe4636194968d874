import { ApiError, api, type Comment } from '../api/client.ts'
import { element, part, text } from '../ui/dom.ts'
import { clock, moment } from '../ui/format.ts'
import { live } from '../api/events.ts'
import { toast } from '../ui/toast.ts'
import { mentions } from './mentions.ts'

/** The player of the comments. Times are in seconds. */
export interface Host {
  now(): number
  seek(time: number): void
  duration(): number
}

const MARKUP = `
  <section class="comments" aria-label="Comments">
    <ol class="comment-list"></ol>
    <form class="comment-form"><label class="comment-label"></label>
      <div class="comment-field"><textarea rows="2" maxlength="5000" placeholder="Comment on this moment. Use @ to mention a colleague."></textarea></div>
      <div class="comment-acts"><button class="button small">Comment</button></div></form>
  </section>`

/** Comments on one recording: a list, a form, and numbered markers on the waveform. */
export class Comments {
  readonly root = element(MARKUP)
  readonly marks = element('<div class="player-marks"></div>')
  /** Called with the number of comments whenever they are shown. */
  onCount: (count: number) => void = () => {}
  #callId: string
  #host: Host
  #signal: AbortSignal
  #comments: Comment[] = []
  /** The list of comments; on the call's page also of its events. */
  #list = part(this.root, 'ol')
  #form = part<HTMLFormElement>(this.root, 'form')
  #field = part<HTMLTextAreaElement>(this.root, 'textarea')
  /** The moment that the form is about; null for the playback position. */
  #at: number | null = null

  constructor(callId: string, host: Host, signal: AbortSignal) {
    this.#callId = callId
    this.#host = host
    this.#signal = signal
    this.#field.id = `comment-on-${callId}`
    part<HTMLLabelElement>(this.#form, 'label').htmlFor = this.#field.id
    mentions(this.#field, (q) => api.listeners(callId, q))
    whenSent(this.#form, () => void this.#send(this.#field, this.#at ?? this.#host.now(), null))
    // A comment belongs to the moment at which typing began.
    this.#field.addEventListener('input', () => {
      this.#at = this.#field.value ? (this.#at ?? this.#host.now()) : null
      this.moved()
    })
    const stop = live.listen(({ type, call }) => {
      if (call.id === callId && type.startsWith('recording.comment')) void this.load()
    })
    signal.addEventListener('abort', stop)
    void this.load()
  }

  /** The playback position has changed. */
  moved(): void {
    text(part(this.#form, '.comment-label'), `Comment at ${clock((this.#at ?? this.#host.now()) * 1000)}`)
  }

  /** Insert the comments into the call's stream of events, each at its time. */
  standIn(stream: Element): void {
    const place = part(stream, '.stream-form')
    if (!place.contains(this.#form)) place.replaceChildren(this.#form)
    this.#list = part(stream, 'ol')
    this.#show()
  }

  async load(): Promise<void> {
    try {
      const { comments } = await api.comments(this.#callId)
      if (this.#signal.aborted) return
      this.#comments = comments
      this.#show()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      toast('The comments could not be loaded. Reload the page to try again.')
    }
  }

  #show(): void {
    this.moved()
    const answering = this.#list.querySelector<HTMLElement>('.comment-reply')
    if (answering?.querySelector('textarea')?.value) return // not while the user is typing in the list
    for (const shown of this.#list.querySelectorAll(':scope > .comment')) shown.remove()
    this.#comments.forEach((comment, index) => this.#insert(this.#thread(comment, index + 1)))
    this.marks.replaceChildren(...this.#comments.map((comment, index) => this.#mark(comment, index + 1)))
    this.onCount(this.#comments.length)
  }

  /** Insert after everything earlier. Items without a call-clock time keep their place. */
  #insert(item: HTMLElement): void {
    const timed = [...this.#list.children].filter((row): row is HTMLElement => row instanceof HTMLElement && 'at' in row.dataset)
    const next = timed.find((row) => Number(row.dataset.at) > Number(item.dataset.at)) ?? timed.at(-1)?.nextElementSibling ?? null
    this.#list.insertBefore(item, next)
  }

  #mark(comment: Comment, number: number): HTMLElement {
    const mark = element<HTMLButtonElement>('<button type="button" class="player-mark"></button>')
    mark.style.left = `${(100 * comment.at_ms) / 1000 / (this.#host.duration() || 1)}%`
    text(mark, String(number))
    mark.title = `${comment.author}: ${comment.text.slice(0, 120)}`
    mark.setAttribute('aria-label', `Comment by ${comment.author} at ${clock(comment.at_ms)}`)
    mark.addEventListener('click', (event) => {
      event.stopPropagation()
      this.#host.seek(comment.at_ms / 1000)
      this.#list.querySelector(`[data-comment="${comment.id}"]`)?.scrollIntoView({ block: 'nearest' })
    })
    return mark
  }

  #thread(comment: Comment, number: number): HTMLElement {
    const item = this.#item(comment)
    item.dataset.at = String(comment.at_ms)
    const pin = element('<span class="comment-number" aria-hidden="true"></span>')
    text(pin, String(number))
    part(item, '.comment-head').prepend(pin)
    const replies = element('<ol class="comment-replies"></ol>')
    replies.append(...comment.replies.map((reply) => this.#item(reply)))
    const button = element<HTMLButtonElement>(`<button type="button" class="text-button">Reply</button>`)
    button.addEventListener('click', () => this.#reply(item, comment))
    part(item, '.comment-acts').prepend(button)
    item.append(replies)
    return item
  }

  #item(comment: Comment): HTMLElement {
    const item = element(`<li class="comment" data-comment="${comment.id}">
      <p class="comment-head"><strong></strong> <button type="button" class="comment-time numeric"></button> <span class="soft"></span></p>
      <p class="notes"></p><div class="comment-acts"></div></li>`)
    text(part(item, 'strong'), comment.author)
    text(part(item, '.soft'), moment(comment.created_at))
    text(part(item, '.notes'), comment.text)
    const time = part<HTMLButtonElement>(item, '.comment-time')
    text(time, clock(comment.at_ms))
    time.setAttribute('aria-label', `Go to ${clock(comment.at_ms)}`)
    time.addEventListener('click', () => this.#host.seek(comment.at_ms / 1000))
    if (comment.mine) {
      const remove = element<HTMLButtonElement>('<button type="button" class="text-button">Delete</button>')
      remove.addEventListener('click', () => void this.#act(() => api.deleteComment(this.#callId, comment.id)))
      part(item, '.comment-acts').append(remove)
    }
    return item
  }

  #reply(item: HTMLElement, comment: Comment): void {
    this.#list.querySelector('.comment-reply')?.remove()
    const form = element<HTMLFormElement>(`<form class="comment-reply"><div class="comment-field"><textarea rows="2" maxlength="5000" aria-label="Reply"></textarea></div>
      <div class="comment-acts"><button class="button small">Reply</button><button type="button" class="text-button">Cancel</button></div></form>`)
    const field = part<HTMLTextAreaElement>(form, 'textarea')
    mentions(field, (q) => api.listeners(this.#callId, q))
    whenSent(form, () => void this.#send(field, comment.at_ms / 1000, comment.id))
    part(form, '[type=button]').addEventListener('click', () => form.remove())
    item.append(form)
    field.focus()
  }

  async #send(field: HTMLTextAreaElement, time: number, parent: number | null): Promise<void> {
    const said = field.value.trim()
    if (!said || field.readOnly) return
    // A double click sends it only once.
    field.readOnly = true
    await this.#act(async () => {
      await api.comment(this.#callId, { at_ms: Math.round(time * 1000), text: said, parent_id: parent })
      field.value = ''
      if (field === this.#field) this.#at = null
    })
    field.readOnly = false
  }

  async #act(action: () => Promise<unknown>): Promise<void> {
    try {
      await action()
      await this.load()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      toast(error.message)
    }
  }
}

/** Submit with the button, or with Ctrl+Enter (Cmd+Enter on a Mac) unless Enter selects a name there. */
function whenSent(form: HTMLFormElement, send: () => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    send()
  })
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
    event.preventDefault()
    form.requestSubmit()
  })
}
