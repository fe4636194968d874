/**
 * Live events of `/events`, shared by the whole page.
 *
 * Read with fetch rather than EventSource, to distinguish an expired session (401), a stream that missed too much (410) and
 * a lost network.
 */
import { createParser } from 'eventsource-parser'
import type { CallEvent } from './client.ts'

type Listener = (event: CallEvent) => void

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** The server sends something at least every 15 s; a connection that is silent this long is dead, whatever TCP says. */
const SILENCE_MS = 40_000

class LiveEvents {
  /** Called after every connection: the server can be reached. */
  onOpen: () => void = () => {}
  /** Called when the server says that the session has expired. The stream then stays closed until `open`. */
  onSignedOut: () => void = () => {}
  #listeners = new Set<Listener>()
  #starters = new Set<() => void>()
  #policyWatchers = new Set<() => void>()
  /** Last known version of the recording policy. */
  #policy = ''
  #lastId = ''
  /** Whether the current connection was accepted. */
  #accepted = false
  /** The server's Retry-After on a refusal, if any. */
  #askAgainAfterMs = 0
  #abort: AbortController | null = null

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Called after every connection that does not resume an earlier one, so earlier changes have to be fetched. */
  whenFresh(starter: () => void): void {
    this.#starters.add(starter)
  }

  /** Called when there is a different recording policy, so earlier decisions have to be fetched again. */
  whenPolicyChanges(watcher: () => void): void {
    this.#policyWatchers.add(watcher)
  }

  open(): void {
    if (this.#abort) return
    this.#abort = new AbortController()
    void this.#follow(this.#abort.signal)
  }

  /** Close the connection; `open` resumes after the last event seen. */
  close(): void {
    this.#abort?.abort()
    this.#abort = null
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS
    while (!signal.aborted) {
      this.#accepted = false
      this.#askAgainAfterMs = 0
      try {
        await this.#connect(signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error
      }
      if (signal.aborted) return
      wait = this.#accepted ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS)
      // Random, so that not every browser reconnects to a restarted server at the same moment.
      const pause = Math.max(wait, this.#askAgainAfterMs) * (0.75 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  /** One connection, until it ends. Rejects with TypeError or DOMException when the network fails. */
  async #connect(outer: AbortSignal): Promise<void> {
    const silence = new AbortController()
    let watchdog = setTimeout(() => silence.abort(), SILENCE_MS)
    try {
      const signal = AbortSignal.any([outer, silence.signal])
      await this.#read(signal, () => {
        clearTimeout(watchdog)
        watchdog = setTimeout(() => silence.abort(), SILENCE_MS)
      })
    } finally {
      clearTimeout(watchdog)
    }
  }

  async #read(signal: AbortSignal, onHeard: () => void): Promise<void> {
    const resumed = this.#lastId !== ''
    const response = await fetch('/events', {
      headers: { Accept: 'text/event-stream', ...(resumed ? { 'Last-Event-ID': this.#lastId } : {}) },
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    })
    if (response.status === 401 || response.redirected) {
      this.close()
      this.onSignedOut()
      return
    }
    // Too much has happened since: make a new connection without resuming.
    if (response.status === 410) this.#lastId = ''
    if (!response.ok || !response.body) {
      this.#askAgainAfterMs = Number(response.headers.get('Retry-After') ?? 0) * 1000
      return
    }
    this.#accepted = true
    this.onOpen()
    if (!resumed) for (const starter of this.#starters) starter()
    const parser = createParser({
      onId: (id) => (this.#lastId = id),
      onEvent: ({ event, data }) => {
        if (event === 'call') this.#tell(JSON.parse(data) as CallEvent)
        else if (event === 'policy') this.#heard(data)
      },
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      onHeard()
      parser.feed(value)
    }
  }

  #heard(policy: string): void {
    if (this.#policy === policy) return
    this.#policy = policy
    for (const watcher of this.#policyWatchers) watcher()
  }

  #tell(event: CallEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

export const live = new LiveEvents()
