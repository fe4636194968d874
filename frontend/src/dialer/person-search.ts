import { ApiError, api, type FoundPerson } from '../api/client.ts'
import { element, part, text } from '../ui/dom.ts'

const PAUSE_MS = 160

/** A search for people; `choose` gets the chosen person, or null if the search was canceled. */
export function personSearch(choose: (person: FoundPerson | null) => void): HTMLElement {
  const root = element(`
    <div class="person-search" hidden>
      <label class="unseen" for="person-search">Search people</label>
      <input id="person-search" type="search" placeholder="Name or company" autocomplete="off" aria-describedby="person-search-says">
      <ul></ul><p id="person-search-says" class="hint" role="status"></p>
    </div>`)
  const input = part<HTMLInputElement>(root, 'input')
  const list = part(root, 'ul')
  let timer = 0
  let asked: AbortController | null = null

  async function find(): Promise<void> {
    asked?.abort()
    asked = new AbortController()
    const q = input.value.trim()
    try {
      show(q ? (await api.people(q, asked.signal)).people : [], q)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return // a newer request has replaced it
      if (!(error instanceof ApiError)) throw error
      text(part(root, '.hint'), error.message)
    }
  }

  function show(people: FoundPerson[], q: string): void {
    list.replaceChildren(...people.map((person) => {
      const row = element(`<li><button type="button"><strong></strong><small></small></button></li>`)
      text(part(row, 'strong'), person.name)
      text(part(row, 'small'), person.company)
      part(row, 'button').addEventListener('click', () => choose(person))
      return row
    }))
    text(part(root, '.hint'), q && !people.length ? 'No one by that name. Try fewer letters.' : '')
  }

  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => void find(), PAUSE_MS)
  })
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target === input) event.preventDefault() // it would submit the form
    if (event.key === 'Escape') choose(null)
  })
  return root
}
