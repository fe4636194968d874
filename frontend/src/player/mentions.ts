import { element, text } from '../ui/dom.ts'

export interface Mentionable {
  id: number
  name: string
}

const TYPED = /@([\p{L}\p{M}' .-]{0,40})$/u
const PAUSE_MS = 120
let made = 0

/** Suggest names while typing after an @: arrows select, Enter or Tab accepts, Escape closes. */
export function mentions(field: HTMLTextAreaElement, find: (q: string) => Promise<{ people: Mentionable[] }>): void {
  const list = element<HTMLUListElement>(`<ul class="mention-list" role="listbox" aria-label="People" id="mentions-${++made}" hidden></ul>`)
  field.after(list)
  field.setAttribute('aria-autocomplete', 'list')
  field.setAttribute('aria-controls', list.id)
  let waiting = 0
  let asked = 0
  /** A prefix that no name starts with, so anything longer cannot match either. */
  let ended: string | null = null

  const options = () => [...list.children] as HTMLElement[]
  const chosen = () => options().findIndex((option) => option.getAttribute('aria-selected') === 'true')
  const close = () => {
    asked++
    list.hidden = true
    list.replaceChildren()
    field.removeAttribute('aria-activedescendant')
  }
  const choose = (index: number) => {
    const all = options()
    const wanted = (index + all.length) % all.length
    all.forEach((option, at) => option.setAttribute('aria-selected', String(at === wanted)))
    field.setAttribute('aria-activedescendant', all[wanted]?.id ?? '')
  }
  const take = (name: string) => {
    const before = field.value.slice(0, field.selectionStart).replace(TYPED, `@${name} `)
    field.value = before + field.value.slice(field.selectionEnd)
    field.setSelectionRange(before.length, before.length)
    ended = `${name} `
    close()
    field.focus()
  }
  const offer = async () => {
    const typed = TYPED.exec(field.value.slice(0, field.selectionStart))?.[1]
    if (typed === undefined || (ended !== null && typed.startsWith(ended))) return close()
    const mine = ++asked
    const people = await find(typed.trim()).then((found) => found.people, () => null)
    if (mine !== asked) return
    if (people && !people.length) ended = typed
    if (!people?.length) return close()
    list.replaceChildren(
      ...people.map(({ id, name }) => {
        const option = element(`<li role="option" id="${list.id}-${id}" aria-selected="false"></li>`)
        text(option, name)
        // Not click, because the field would lose the focus first.
        option.addEventListener('pointerdown', (event) => {
          event.preventDefault()
          take(name)
        })
        return option
      }),
    )
    list.hidden = false
    choose(0)
  }

  field.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = window.setTimeout(() => void offer(), PAUSE_MS)
  })
  field.addEventListener('blur', close)
  field.addEventListener('keydown', (event) => {
    if (list.hidden) return
    const moves: Record<string, () => void> = {
      ArrowDown: () => choose(chosen() + 1),
      ArrowUp: () => choose(chosen() - 1),
      Enter: () => take(options()[chosen()]?.textContent ?? ''),
      Tab: () => take(options()[chosen()]?.textContent ?? ''),
      Escape: close,
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  })
}
