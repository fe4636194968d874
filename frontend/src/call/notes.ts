/** Notes of one call. Kept in this browser until the server has them, so reloads, outages and sign-outs lose nothing. */
import { ApiError, api, type Log } from '../api/client.ts'
import { draftOf, dropDraft, keepDraft } from './drafts.ts'

const PAUSE_MS = 700
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 15_000

export type Keeping =
  /** The server has everything. */
  | 'saved'
  | 'saving'
  /** The server could not be reached yet; it is retried. */
  | 'waiting'
  /** The server rejects them; retrying would not help. */
  | 'refused'

export class NotesKeeper {
  text: string
  keeping: Keeping = 'saved'
  /** Why they were refused. */
  problem = ''
  /** Called when `text` or `keeping` changed other than by `write`. */
  onChange: () => void = () => {}
  readonly callId: string
  #revision: number
  #timer = 0
  #retry = FIRST_RETRY_MS
  #sending: Promise<void> | null = null

  constructor(callId: string, log: Log | null) {
    this.callId = callId
    const draft = draftOf(callId)
    this.text = draft?.text ?? log?.notes ?? ''
    this.#revision = draft?.revision ?? log?.notes_revision ?? 0
    if (draft) this.#schedule(0)
  }

  get revision(): number {
    return this.#revision
  }

  /** The rep typed something. */
  write(text: string): void {
    this.text = text
    this.#store()
    this.#schedule(PAUSE_MS)
  }

  /** Take over the server's notes, which others or another tab may have changed. The server merges unsaved text when it is
   * sent. */
  follow(log: Log | null): void {
    if (!log || this.keeping !== 'saved' || log.notes_revision <= this.#revision) return
    this.text = log.notes
    this.#revision = log.notes_revision
    this.onChange()
  }

  /** Send unsaved text, and wait for that one attempt. */
  async save(leaving = false): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#sending && !leaving) await this.#sending
    if (this.keeping === 'saved') return
    this.#sending = this.#send(leaving).finally(() => (this.#sending = null))
    await this.#sending
  }

  /** The log was saved, including these notes. */
  accepted(log: Log): void {
    clearTimeout(this.#timer)
    this.text = log.notes
    this.#revision = log.notes_revision
    this.#settle('saved')
  }

  #store(): void {
    this.keeping = 'saving'
    keepDraft(this.callId, { text: this.text, revision: this.#revision })
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer)
    if (this.keeping === 'saved') this.keeping = 'saving'
    this.#timer = window.setTimeout(() => void this.save(), wait)
  }

  async #send(leaving: boolean): Promise<void> {
    const sent = this.text
    try {
      const reply = await api.notes(this.callId, sent, this.#revision, leaving)
      this.#retry = FIRST_RETRY_MS
      if (this.text === sent) {
        this.text = reply.notes
        this.#revision = reply.notes_revision
        this.#settle('saved')
        return
      }
      // The rep kept writing. If somebody else's lines were added, keep the old revision, so that the server merges instead
      // of replacing.
      if (reply.notes === sent) this.#revision = reply.notes_revision
      this.#store()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status >= 400 && error.status < 500 && error.code !== 'signed_out') {
        this.problem = error.message
        this.#settle('refused')
        return
      }
      this.#settle('waiting')
      this.#schedule(this.#retry)
      this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY_MS)
    }
  }

  #settle(keeping: Keeping): void {
    this.keeping = keeping
    if (keeping === 'saved') dropDraft(this.callId)
    this.onChange()
  }
}
