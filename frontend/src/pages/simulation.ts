import { element, part, text } from '../ui/dom.ts'
import { count } from '../ui/format.ts'

interface Line {
  done?: number
  total?: number
  differing?: number
  /** HTML of the result, rendered by the server; only in the last line. */
  html?: string
}

const MARKUP = `
  <div class="simulation">
    <div class="simulation-ask"><button type="button" class="button"></button></div>
    <div class="simulation-progress" hidden><progress></progress><span role="status"></span></div>
    <p class="problem" role="alert" hidden></p>
    <div class="simulation-result"></div>
  </div>`

/** `<or-simulation src label>`: runs a simulation, follows its progress line by line and shows its result. */
export class Simulation extends HTMLElement {
  #body = element(MARKUP)
  #button = part<HTMLButtonElement>(this.#body, 'button')
  #abort = new AbortController()

  connectedCallback(): void {
    if (this.contains(this.#body)) return
    text(this.#button, this.getAttribute('label') ?? '')
    part(this.#body, '.simulation-ask').prepend(...this.childNodes)
    this.append(this.#body)
    this.#button.addEventListener('click', () => void this.#run())
  }

  disconnectedCallback(): void {
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    this.#abort.abort()
    this.#abort = new AbortController()
    const { signal } = this.#abort
    this.#fail('')
    part(this.#body, '.simulation-result').replaceChildren()
    try {
      const response = await fetch(this.#address, { signal })
      if (!response.ok || !response.body) throw new TypeError(`The simulation returned ${response.status}`)
      for await (const line of lines(response.body)) this.#take(JSON.parse(line) as Line)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof TypeError)) throw error
      this.#fail('The simulation could not be finished. Reload the page and try again.')
    }
    part(this.#body, '.simulation-progress').hidden = true
  }

  get #address(): string {
    const query = new URLSearchParams()
    for (const select of this.querySelectorAll('select')) query.set(select.name, select.value)
    return `${this.getAttribute('src')}?${query}`
  }

  #take({ done = 0, total = 0, differing = 0, html }: Line): void {
    if (html === undefined) {
      part(this.#body, '.simulation-progress').hidden = false
      const bar = part<HTMLProgressElement>(this.#body, 'progress')
      bar.max = total || 1
      bar.value = done
      const words = `${count(done)} of ${count(total)} checked, ${count(differing)} differ`
      text(part(this.#body, '[role=status]'), words)
      return
    }
    const result = part(this.#body, '.simulation-result')
    result.innerHTML = html
    result.dispatchEvent(new CustomEvent('or:markup', { bubbles: true }))
  }

  #fail(message: string): void {
    const place = part(this.#body, '.problem')
    place.hidden = message === ''
    text(place, message)
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const parts = (rest + read.value).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}
