import { element, part, text } from '../ui/dom.ts'
import { count } from '../ui/format.ts'
import { toast } from '../ui/toast.ts'

const MARKUP = `<p class="export-progress" hidden><progress max="1" value="0" aria-label="Export"></progress><span role="status"></span>
  <button type="button" class="button small">Cancel</button></p>`
/** The quote character: a line break within a quoted cell does not end a row. */
const QUOTE = 34
const BREAK = 10

/** `<or-export>` around a link to a streamed CSV file: shows the progress. Without scripts it just downloads. */
export class Export extends HTMLElement {
  #progress = element(MARKUP)
  #abort: AbortController | null = null

  connectedCallback(): void {
    this.append(this.#progress)
    this.addEventListener('click', (event) => this.#click(event))
  }

  disconnectedCallback(): void {
    this.#abort?.abort()
  }

  #click(event: Event): void {
    const target = event.target as Element
    if (target.closest('button')) this.#abort?.abort()
    const link = target.closest('a')
    if (!link) return
    event.preventDefault()
    // Filters change the page's address but not the link, so use the address's query.
    if (!this.#abort) void this.#run(link.pathname + location.search)
  }

  async #run(url: string): Promise<void> {
    this.#abort = new AbortController()
    this.#progress.hidden = false
    this.#show(0, 0)
    try {
      const response = await fetch(url, { signal: this.#abort.signal })
      if (!response.ok || !response.body || response.redirected) throw new TypeError(`The export returned ${response.status}`)
      const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'export.csv'
      this.#save(await this.#read(response.body, Number(response.headers.get('X-Rows') ?? 0)), name)
    } catch (error) {
      if (error instanceof TypeError) toast('The export could not be made. Check your connection, then try again.')
      else if (!(error instanceof DOMException)) throw error
    } finally {
      this.#abort = null
      this.#progress.hidden = true
    }
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>, total: number): Promise<Blob> {
    const pieces: Uint8Array<ArrayBuffer>[] = []
    const reader = body.getReader()
    let rows = -1 // the header is not a row
    let quoted = false
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return new Blob(pieces, { type: 'text/csv' })
      pieces.push(value)
      for (const byte of value) {
        if (byte === QUOTE) quoted = !quoted
        else if (byte === BREAK && !quoted) rows++
      }
      this.#show(Math.max(rows, 0), total)
    }
  }

  #show(rows: number, total: number): void {
    part<HTMLProgressElement>(this.#progress, 'progress').value = total ? rows / total : 0
    text(part(this.#progress, 'span'), total ? `${count(rows)} of ${count(total)} calls` : 'Preparing…')
  }

  #save(file: Blob, name: string): void {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    toast(`${name} was saved.`)
  }
}
