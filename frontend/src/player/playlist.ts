import { attribute, part } from '../ui/dom.ts'
import { clock } from '../ui/format.ts'
import { icon } from '../ui/icon.ts'
import { playedBy, putInto } from './played.ts'
import { miniPlayer } from './mini-player.ts'
import { post } from '../ui/navigation.ts'
import type { Player } from './player.ts'
import { reorder } from './reorder.ts'

/** `<or-playlist>` around the server's list of clips: plays a clip and the ones after it. */
export class Playlist extends HTMLElement {
  #playing: HTMLElement | null = null
  #abort = new AbortController()

  connectedCallback(): void {
    this.#abort = new AbortController()
    const { signal } = this.#abort
    this.addEventListener('click', (event) => {
      const button = (event.target as Element).closest<HTMLElement>('[data-clip]')
      if (button) void this.#play(button)
    }, { signal })
    this.addEventListener('or:clip-ended', () => this.#next(), { signal })
    // The user may return while one of its clips is playing in the mini player.
    const playing = this.#clips.find((button) => button.dataset.clip === miniPlayer()?.clip)
    if (playing) this.#stage(playing)
    reorder(this, signal, (path, by) => void post(path, { do: 'move', by: String(by) }))
  }

  disconnectedCallback(): void {
    this.#abort.abort()
  }

  get #clips(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[data-clip]')]
  }

  /** Show a player for the clip, which takes over the audio if the clip is already playing. */
  #stage(button: HTMLElement): Player {
    const player = document.createElement('or-player') as Player
    putInto(player, playedBy(button))
    const clips = this.#clips
    player.rest = clips.slice(clips.indexOf(button) + 1).map(playedBy)
    const stage = part(this, '.playlist-stage')
    const before = stage.querySelector<Player>('or-player')
    // Otherwise it would keep playing in the mini player.
    before?.pause()
    stage.replaceChildren(player)
    if (before) player.soundLike(before)
    this.#playing = button
    this.#show()
    return player
  }

  async #play(button: HTMLElement): Promise<void> {
    try {
      await this.#stage(button).play()
    } catch (error) {
      // Replaced by another clip before it started; the player itself reports all other errors.
      if (!(error instanceof DOMException)) throw error
    }
  }

  #next(): void {
    const clips = this.#clips
    const next = this.#playing && clips[clips.indexOf(this.#playing) + 1]
    if (next) void this.#play(next)
    else {
      this.#playing = null
      this.#show()
    }
  }

  #show(): void {
    for (const button of this.#clips) {
      const isPlaying = button === this.#playing
      attribute(button, 'aria-current', isPlaying ? 'true' : null)
      attribute(button.closest('li') ?? button, 'data-playing', isPlaying)
      button.innerHTML = icon(isPlaying ? 'audio-lines' : 'play')
    }
  }
}

/** The page's player for the call that a button names. */
export function playerOf(button: HTMLElement): Player | null {
  return document.querySelector<Player>(`#main or-player[call="${CSS.escape(button.dataset.call ?? '')}"]`)
}

/** Put the playback position into the field that a button names. */
export function takeTime(button: HTMLElement): void {
  const field = document.getElementById(button.dataset.takeTime ?? '') as HTMLInputElement | null
  const player = playerOf(button)
  if (field && player) field.value = clock(player.time * 1000)
}
