/** The people in the call: the contact and colleagues. */
import type { Call, Preview } from '../api/client.ts'
import { colleagues, presence } from '../call/people.ts'
import { element, part, text } from '../ui/dom.ts'
import { initials } from '../ui/format.ts'

export function contactCard(): HTMLElement {
  return element(`
    <div class="dk-who">
      <p class="dk-name"></p>
      <p class="dk-number"></p>
      <p class="dk-from"></p>
      <button type="button" class="button dk-small" data-do="extension" hidden></button>
    </div>`)
}

/** `preview`: the number's preview, until the server has the call. */
export function renderContact(card: HTMLElement, call: Call | null, preview: Preview | null): void {
  const person = call ? call.person : (preview?.person ?? null)
  const name = part(card, '.dk-name')
  if (!person) text(name, 'Not in People')
  else if (name.querySelector('a')?.getAttribute('href') !== person.url || name.textContent !== person.name) {
    const link = element<HTMLAnchorElement>('<a><bdi></bdi></a>')
    link.href = person.url
    link.title = person.name
    text(part(link, 'bdi'), person.name)
    name.replaceChildren(link)
    name.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
  }
  text(part(card, '.dk-number'), call?.to_formatted ?? preview?.number?.formatted ?? '')
  text(part(card, '.dk-from'), call?.from_formatted ? `From ${call.from_formatted}` : '')
  const extension = part<HTMLButtonElement>(card, '[data-do=extension]')
  extension.hidden = !call?.extension || call.status !== 'in-progress'
  text(extension, `Send extension ${call?.extension ?? ''}`)
}

export function colleagueList(): HTMLElement {
  return element(`
    <section class="dk-in" aria-labelledby="dk-in-heading" hidden>
      <h3 id="dk-in-heading" class="dk-label">Also on the call <span></span></h3>
      <ul></ul>
    </section>`)
}

export function renderColleagues(section: HTMLElement, call: Call | null, userId: string): void {
  const others = call ? colleagues(call, userId) : []
  section.hidden = !others.length
  const shown = JSON.stringify(others.map((one) => [one.name, call && presence(call, one)]))
  if (!call || section.dataset.shown === shown) return
  section.dataset.shown = shown
  text(part(section, 'h3 span'), String(others.length))
  part(section, 'ul').replaceChildren(
    ...others.map((one) => {
      const row = element('<li><span class="avatar" aria-hidden="true"></span><div><bdi></bdi><small></small></div><span class="badge good">Speaks</span></li>')
      text(part(row, '.avatar'), initials(one.name))
      text(part(row, 'bdi'), one.name)
      text(part(row, 'small'), presence(call, one))
      return row
    }),
  )
}
