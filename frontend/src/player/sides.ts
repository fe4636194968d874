/** The volume of each side of a recording. */
export type Side = 'ours' | 'contact'

const CHANNELS: Record<Side, number> = { ours: 0, contact: 1 }

class Mixer {
  #context = new AudioContext()
  #gains: GainNode[]

  constructor(audio: HTMLMediaElement) {
    const splitter = this.#context.createChannelSplitter(2)
    const merger = this.#context.createChannelMerger(2)
    this.#context.createMediaElementSource(audio).connect(splitter)
    this.#gains = [0, 1].map((channel) => {
      const gain = this.#context.createGain()
      splitter.connect(gain, channel)
      gain.connect(merger, 0, channel)
      return gain
    })
    merger.connect(this.#context.destination)
    // Browsers start an audio context only after a user gesture; pressing play is one.
    audio.addEventListener('play', () => void this.#context.resume())
    void this.#context.resume()
  }

  set(side: Side, volume: number): void {
    const gain = this.#gains[CHANNELS[side]]
    if (gain) gain.gain.value = volume
  }

  get(side: Side): number {
    return this.#gains[CHANNELS[side]]?.gain.value ?? 1
  }
}

/** An audio element can be connected to an audio graph only once and never leaves it; most recordings need none. */
const mixers = new WeakMap<HTMLMediaElement, Mixer>()

/** `volume` from 0 to 1. */
export function setVolume(audio: HTMLMediaElement, side: Side, volume: number): void {
  const mixer = mixers.get(audio) ?? new Mixer(audio)
  mixers.set(audio, mixer)
  mixer.set(side, volume)
}

export function volumeOf(audio: HTMLMediaElement, side: Side): number {
  return mixers.get(audio)?.get(side) ?? 1
}
