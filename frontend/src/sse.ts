/** One server-sent event (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  id: string
  event: string
  data: string
}

/** Splits a stream of text into server-sent events; `push` returns those that the new piece completed. */
export class EventParser {
  /** Wait that the server asks for before a reconnection, in milliseconds. */
  retry: number | null = null
  /** The last id seen, also from an event without data. */
  lastId = ''
  #rest = ''
  #event = ''
  #data: string[] = []

  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = []
    // A lone CR at the end may be the first half of CRLF: leave it for the next piece.
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length) {
          events.push({ id: this.lastId, event: this.#event || 'message', data: this.#data.join('\n') })
        }
        this.#event = ''
        this.#data = []
      } else {
        this.#field(line)
      }
    }
    return events
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.#data.push(value)
    else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.lastId = value
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value)
  }
}
