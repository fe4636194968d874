import { ApiError, api, type Call, type ChoiceField, type ChoiceList, type PersonLink } from '../api/client.ts'
import { NotesKeeper } from '../call/notes.ts'
import { presetDisposition } from '../call/disposition.ts'
import { attribute, element, part, text } from '../ui/dom.ts'
import { personSearch } from './person-search.ts'

const TITLES: Record<ChoiceField, string> = { disposition: 'Disposition', sentiment: 'Sentiment' }
const SAYS = { saved: 'Saved', saving: 'Saving…', waiting: 'Not saved yet. Your notes are kept in this browser. Trying again…' } as const

const MARKUP = `
  <form class="wrap-up" aria-label="Call log" hidden>
    <p class="wrap-to"><span class="unseen">Log to </span><bdi class="wrap-person"></bdi>
      <button type="button" class="button dk-small" data-change aria-expanded="false">Change<span class="unseen"> the person</span></button>
      <button type="button" class="button dk-small" data-do="later" title="Log this call later">Later</button></p>
    <div class="wrap-lists"></div>
    <div class="wrap-notes">
      <div class="dk-label"><label for="call-notes">Notes</label><span class="wrap-saved" role="status"></span></div>
      <textarea id="call-notes" rows="3" maxlength="20000" placeholder="Saved as you type"></textarea>
    </div>
    <p class="problem" role="alert" hidden></p>
  </form>`

/** The required fields that an answered call still lacks. */
export function lacking(call: Call, lists: ChoiceList[]): ChoiceField[] {
  if (!call.answered_at) return []
  return lists.filter(({ field, required }) => required && !call.log?.[field]).map(({ field }) => field)
}

/**
 * The log of the rep's call: notes during the call, the whole log afterward.
 *
 * Events: `saved` (with `detail.call` and `detail.next`), `owing` (it is now known whether the call has to be logged).
 */
export class WrapUp extends EventTarget {
  readonly root = element<HTMLFormElement>(MARKUP)
  #notes: NotesKeeper | null = null
  #call: Call | null = null
  #lists: ChoiceList[] = []
  /** The person chosen instead of the one called. */
  #person: Pick<PersonLink, 'id' | 'name'> | null = null
  #field = part<HTMLTextAreaElement>(this.root, 'textarea')
  #change = part<HTMLButtonElement>(this.root, '[data-change]')
  #search = personSearch((person) => this.#choose(person))

  constructor() {
    super()
    part(this.root, '.wrap-to').after(this.#search)
    this.#field.addEventListener('input', () => {
      this.#notes?.write(this.#field.value)
      this.#showKeeping()
    })
    this.#field.addEventListener('blur', () => void this.#notes?.save())
    this.#field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && this.#isOver) void this.save(false)
    })
    addEventListener('pagehide', () => void this.#notes?.save(true))
    this.#change.addEventListener('click', () => this.#openSearch(this.#search.hidden === true))
    this.root.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.save(false)
    })
  }

  /** Whether the next call has to wait for this log. */
  get owing(): boolean {
    return this.#isOver && this.#call !== null && lacking(this.#call, this.#lists).length > 0
  }

  /** Show the log of this call; null if there is none to write. */
  show(call: Call | null, over: boolean): void {
    const isNew = call !== null && call.id !== this.#call?.id
    this.#call = call
    this.root.hidden = !call || (over && call.log?.logged === true && !this.owing)
    attribute(this.root, 'data-over', over)
    if (!call) return
    if (isNew) this.#begin(call)
    else this.#notes?.follow(call.log)
    this.#preset()
    this.#showPerson()
  }

  focusNotes(): void {
    this.#field.focus()
  }

  get #isOver(): boolean {
    return this.root.hasAttribute('data-over')
  }

  #begin(call: Call): void {
    void this.#notes?.save()
    this.#notes = new NotesKeeper(call.id, call.log)
    this.#notes.onChange = () => this.#showNotes()
    this.#person = null
    this.#openSearch(false)
    this.#complain('')
    this.#showNotes()
    void this.#loadLists(call)
  }

  async #loadLists(call: Call): Promise<void> {
    try {
      this.#lists = (await api.dispositions()).lists
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#complain(error.message)
    }
    part(this.root, '.wrap-lists').replaceChildren(
      ...this.#lists.filter(({ choices }) => choices.length).map((list) => choiceGroup(list, call.log?.[list.field] ?? '')),
    )
    this.#preset()
    this.dispatchEvent(new Event('owing'))
  }

  /** Preselect the disposition that follows from the call's end, unless the rep has chosen one. */
  #preset(): void {
    const group = this.root.querySelector<HTMLElement>('.wrap-lists [data-field=disposition]')
    if (!group || !this.#call || !this.#isOver) return
    const radios = [...group.querySelectorAll('input')]
    const isOpen = group.hasAttribute('data-preset') || !radios.some(({ checked }) => checked)
    if (!isOpen) return
    const name = presetDisposition(this.#call, radios.map(({ value }) => value))
    for (const radio of radios) radio.checked = radio.value === name
    attribute(group, 'data-preset', name !== '')
  }

  #showNotes(): void {
    if (!this.#notes) return
    if (this.#field.value !== this.#notes.text) this.#field.value = this.#notes.text
    this.#showKeeping()
  }

  #showKeeping(): void {
    const keeping = this.#notes?.keeping ?? 'saved'
    const place = part(this.root, '.wrap-saved')
    const says = keeping === 'refused' ? `Not saved: ${this.#notes?.problem ?? ''}` : SAYS[keeping]
    text(place, this.#field.value || keeping !== 'saved' ? says : '')
    attribute(place, 'data-keeping', keeping)
  }

  #showPerson(): void {
    const who = this.#person ?? this.#call?.log?.person ?? this.#call?.person
    text(part(this.root, '.wrap-person'), who?.name ?? 'Not in People')
  }

  #openSearch(open: boolean): void {
    this.#search.hidden = !open
    attribute(this.#change, 'aria-expanded', String(open))
    if (open) part<HTMLInputElement>(this.#search, 'input').focus()
  }

  #choose(person: Pick<PersonLink, 'id' | 'name'> | null): void {
    this.#person = person ?? this.#person
    this.#openSearch(false)
    this.#showPerson()
    this.#change.focus()
  }

  async save(next: boolean): Promise<void> {
    const call = this.#call
    const notes = this.#notes
    if (!call || !notes || this.root.hasAttribute('aria-busy')) return
    attribute(this.root, 'aria-busy', 'true')
    const chosen = new FormData(this.root)
    try {
      const saved = await api.log(call.id, {
        ...Object.fromEntries(this.#lists.map(({ field }) => [field, String(chosen.get(field) ?? '')])),
        notes: notes.text,
        notes_revision: notes.revision,
        ...(this.#person ? { person_id: this.#person.id } : {}),
      })
      if (saved.call.log) notes.accepted(saved.call.log)
      this.#complain('')
      this.dispatchEvent(new CustomEvent('saved', { detail: { call: saved.call, next } }))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#complain(error.message)
    } finally {
      attribute(this.root, 'aria-busy', null)
    }
  }

  #complain(message: string): void {
    const problem = part(this.root, '.problem')
    problem.hidden = !message
    text(problem, message)
    problem.scrollIntoView({ block: 'nearest' })
  }
}

function choiceGroup({ field, choices, required }: ChoiceList, chosen: string): HTMLElement {
  const marks = `${required ? ' <small>required</small>' : ''}${field === 'disposition' ? ' <i class="wrap-set">Filled in from the call</i>' : ''}`
  const group = element(`<fieldset class="choices"><legend><span></span>${marks}</legend></fieldset>`)
  group.dataset.field = field
  group.addEventListener('change', () => attribute(group, 'data-preset', null))
  text(part(group, 'legend span'), TITLES[field])
  // A choice that was removed from the list stays available where it is selected.
  for (const name of chosen && !choices.includes(chosen) ? [...choices, chosen] : choices) {
    const choice = element(`<label class="choice"><input type="radio"><span></span></label>`)
    const radio = part<HTMLInputElement>(choice, 'input')
    radio.name = field
    radio.value = name
    radio.checked = name === chosen
    text(part(choice, 'span'), name)
    group.append(choice)
  }
  return group
}
