import { ApiError, api, type Decision, type FoundPerson, type Preview } from '../api/client.ts'
import type { Ahead } from '../call/recording.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { escapeHtml } from '../ui/format.ts'
import { icon } from '../ui/icon.ts'
import { classify, tidy } from './number.ts'

const PAUSE_MS = 160

interface Option {
  e164: string
  formatted: string
  personId: number
}

/**
 * Where the rep types, pastes or searches: a combobox of people's numbers, with the server's preview of the number.
 *
 * Events: `change` (the number, person or preview changed), `submit` (Enter on something to dial), `signed-out`.
 */
export class NumberEntry extends EventTarget {
  readonly root = element(`
    <div class="entry">
      <div class="dk-label">
        <label for="dialer-number">Name or number</label><span class="entry-from"></span>
      </div>
      <div class="entry-field">
        <input id="dialer-number" class="entry-input" type="text" inputmode="tel" autocomplete="off" spellcheck="false"
          placeholder="Type or paste" role="combobox" aria-expanded="false" aria-controls="dialer-people"
          aria-autocomplete="list" aria-describedby="dialer-preview">
        <button type="button" class="quiet entry-delete" aria-label="Delete the last digit" title="Delete">${icon('delete')}</button>
      </div>
      <ul id="dialer-people" class="entry-people" role="listbox" aria-label="People" hidden></ul>
      <div id="dialer-preview" class="preview" aria-live="polite"></div>
    </div>`)
  preview: Preview | null = null
  /** The decision for the next call, whoever is called. */
  #next: Decision | null = null
  #input = part<HTMLInputElement>(this.root, 'input')
  #list = part(this.root, '.entry-people')
  #preview = part(this.root, '.preview')
  #delete = part<HTMLButtonElement>(this.root, '.entry-delete')
  #options: Option[] = []
  #active = -1
  #personId: number | null = null
  #timer = 0
  #request: AbortController | null = null

  constructor() {
    super()
    this.#input.addEventListener('input', () => this.#edited())
    this.#input.addEventListener('paste', (event) => this.#pasted(event))
    this.#input.addEventListener('keydown', (event) => this.#key(event))
    this.#input.addEventListener('blur', () => this.#close())
    this.#delete.addEventListener('click', () => {
      this.#input.value = this.#input.value.trimEnd().slice(0, -1)
      this.#edited()
      this.#input.focus()
    })
    // Prevent blur: pressing an option must not close the list first.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault())
    this.#list.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('[role=option]')
      if (row) this.#choose([...this.#list.querySelectorAll('[role=option]')].indexOf(row))
    })
    this.#show()
  }

  get number(): string {
    const entry = classify(this.#input.value)
    return entry.kind === 'empty' ? '' : entry.text
  }

  get personId(): number | null {
    return this.#personId
  }

  /** Whether a number is entered that the server has not rejected so far. */
  get ready(): boolean {
    return classify(this.#input.value).kind === 'number' && !this.preview?.problem
  }

  /** Whether the next call will be recorded, as far as the entry shows. */
  get ahead(): Ahead {
    const decision = this.preview?.decision
    return decision ? { decision, isFinal: true } : { decision: this.#next, isFinal: false }
  }

  /** Whether nothing is entered. */
  get isEmpty(): boolean {
    return this.#input.value === ''
  }

  type(key: string): void {
    this.#input.value += key
    this.#edited()
  }

  focus(): void {
    this.#input.focus()
  }

  set(number: string, personId: number | null): void {
    this.#input.value = number
    this.#personId = personId
    this.#close()
    this.#forget()
    this.#schedule(0)
  }

  /** The caller ID that the contact will see. */
  set from(formatted: string) {
    text(part(this.root, '.entry-from'), formatted && `From ${formatted}`)
  }

  /** Clear the entry for another number. */
  clear(): void {
    this.set('', null)
  }

  /** Record the next call or not. Rejects with ApiError. */
  async recordNextCall(wanted: boolean): Promise<void> {
    this.#next = (await api.recordNextCall(wanted)).decision
    await this.refresh()
  }

  /** Fetch the preview again, for example after the recording policy changed. */
  async refresh(): Promise<void> {
    this.#request?.abort()
    this.#request = new AbortController()
    const { signal } = this.#request
    const entry = classify(this.#input.value)
    try {
      if (entry.kind !== 'number') this.#next = (await api.preview({}, signal)).decision
      if (entry.kind === 'empty') this.#accept(null)
      else if (entry.kind === 'name') this.#found((await api.people(entry.text, signal)).people)
      else {
        const query = { number: entry.text, ...(this.#personId ? { person_id: this.#personId } : {}) }
        this.#accept(await api.preview(query, signal))
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return // a newer request has replaced it
      if (!(error instanceof ApiError)) throw error
      if (error.status === 401) this.dispatchEvent(new Event('signed-out'))
      else this.#accept({ number: null, problem: error.message, person: null, decision: null })
    }
  }

  #accept(preview: Preview | null): void {
    this.preview = preview
    this.#show()
    this.dispatchEvent(new Event('change'))
  }

  /** Clear the preview, which belongs to another number. */
  #forget(): void {
    this.preview = null
    this.#show()
    this.dispatchEvent(new Event('change'))
  }

  #edited(): void {
    this.#personId = null
    if (classify(this.#input.value).kind !== 'name') this.#close()
    this.#forget()
    this.#schedule(PAUSE_MS)
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.refresh(), wait)
  }

  #pasted(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData('text')
    if (!pasted) return
    event.preventDefault()
    this.#input.setRangeText(tidy(pasted), this.#input.selectionStart ?? 0, this.#input.selectionEnd ?? 0, 'end')
    this.#edited()
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!this.#options.length) return
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      this.#activate((this.#active + step + this.#options.length) % this.#options.length)
    } else if (event.key === 'Escape' && this.#options.length) {
      event.stopPropagation()
      this.#close()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (this.#active >= 0) this.#choose(this.#active)
      else if (this.ready) this.dispatchEvent(new Event('submit'))
    }
  }

  #found(people: FoundPerson[]): void {
    this.#options = people.flatMap((person) =>
      person.numbers.map(({ e164, formatted }) => ({ e164, formatted, personId: person.id })),
    )
    let index = 0
    this.#list.innerHTML = people
      .flatMap((person) =>
        person.numbers.map(
          (number) => `<li role="option" id="dialer-option-${index++}" aria-selected="false">
            <bdi class="option-name">${escapeHtml(person.name)}</bdi>
            <span class="option-number">${escapeHtml(number.formatted)}</span>
            <span class="option-detail">${escapeHtml([person.company, number.kind].filter(Boolean).join(' · '))}</span></li>`,
        ),
      )
      .join('')
    this.#active = -1
    this.#list.hidden = !this.#options.length
    attribute(this.#input, 'aria-expanded', String(!this.#list.hidden))
    this.#accept({
      number: null,
      problem: this.#options.length ? null : 'No one by that name. Try fewer letters, or enter a number.',
      person: null,
      decision: null,
    })
  }

  #activate(index: number): void {
    this.#active = index
    this.#list.querySelectorAll('[role=option]').forEach((row, position) => {
      attribute(row, 'aria-selected', String(position === index))
      if (position === index) row.scrollIntoView({ block: 'nearest' })
    })
    attribute(this.#input, 'aria-activedescendant', index < 0 ? null : `dialer-option-${index}`)
  }

  #choose(index: number): void {
    const option = this.#options[index]
    if (option) this.set(option.formatted, option.personId)
  }

  #close(): void {
    this.#options = []
    this.#activate(-1)
    this.#list.hidden = true
    attribute(this.#input, 'aria-expanded', 'false')
  }

  #show(): void {
    this.#delete.hidden = this.#input.value === ''
    const { preview } = this
    attribute(this.#preview, 'data-problem', Boolean(preview?.problem))
    attribute(this.#input, 'aria-invalid', preview?.problem ? 'true' : null)
    if (preview?.problem) text(this.#preview, preview.problem)
    else if (preview?.number) {
      const who = preview.person
        ? `<a class="preview-name" href="${escapeHtml(preview.person.url)}"><bdi>${escapeHtml(preview.person.name)}</bdi></a>`
        : '<span class="preview-name">Not in People</span>'
      this.#preview.innerHTML = `${who}<span class="preview-number">${escapeHtml(preview.number.formatted)}</span>`
      this.#preview.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
    } else text(this.#preview, '')
  }
}
