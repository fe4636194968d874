/** One WebRTC connection to the switch: sends our microphone, plays the other voices. */
import type { CallStatus, Recorded } from '../api/client.ts'
import { readSample, type Sample } from './quality.ts'

const GATHERING_CAP_MS = 1000

/** The switch's answer on the control channel; `code` if it refuses. */
export interface PressAnswer extends Partial<Recorded> {
  code?: string
  /** The call's status after a hang-up. */
  status?: CallStatus
}

/** Messages that the switch sends on its own. */
interface News {
  stops_at?: string
  /** Why the disk accepts nothing; null when it works again. */
  stalled?: string | null
}

export class Phone {
  /** Called once, when the connection is permanently lost. */
  onLost: () => void = () => {}
  onConnected: () => void = () => {}
  /** Called when the phone system announces when it will end the call. */
  onStopping: (at: Date) => void = () => {}
  /** Called when the phone system stops storing sound (true) or resumes (false). */
  onStalled: (on: boolean) => void = () => {}
  #connection = new RTCPeerConnection({ iceServers: [] })
  #control = this.#connection.createDataChannel('control', { negotiated: true, id: 0 })
  /** Presses waiting for an answer, by ID. */
  #pressed = new Map<string, (answer: PressAnswer) => void>()
  #speaker = new Audio()
  #sender: RTCRtpSender

  /** Without a microphone, nothing is sent until `useMicrophone`. */
  constructor(microphone: MediaStream | null) {
    this.#speaker.autoplay = true
    this.#control.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as PressAnswer & { press: string } & News
      if (answer.stops_at) this.onStopping(new Date(answer.stops_at))
      if (answer.stalled !== undefined) this.onStalled(answer.stalled !== null)
      this.#pressed.get(answer.press)?.(answer)
      this.#pressed.delete(answer.press)
    })
    this.#sender = this.#connection.addTransceiver(trackOf(microphone) ?? 'audio', { direction: 'sendrecv' }).sender
    this.#connection.addEventListener('track', ({ track, streams }) => {
      this.#speaker.srcObject = streams[0] ?? new MediaStream([track])
      // After a reload the browser may require a user gesture first.
      this.#speaker.play().catch(() => addEventListener('pointerdown', () => void this.#speaker.play(), { once: true }))
    })
    this.#connection.addEventListener('connectionstatechange', () => {
      const state = this.#connection.connectionState
      if (state === 'connected') this.onConnected()
      // 'disconnected' may recover by itself, but the switch gives up after 4 s without packets: act at once.
      if (state === 'failed' || state === 'disconnected') this.#lost()
    })
  }

  /** The SDP offer, once candidates are gathered, or after a second, when host candidates are certain to be there. */
  async offer(): Promise<string> {
    await this.#connection.setLocalDescription()
    await Promise.race([
      new Promise<void>((resolve) => {
        const check = () => {
          if (this.#connection.iceGatheringState === 'complete') resolve()
        }
        this.#connection.addEventListener('icegatheringstatechange', check)
        check()
      }),
      new Promise((resolve) => setTimeout(resolve, GATHERING_CAP_MS)),
    ])
    return this.#connection.localDescription?.sdp ?? ''
  }

  async accept(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp })
  }

  /** Send a press directly to the switch over the audio connection. Null while not connected; an answer may never come. */
  press(want: 'paused' | 'hung_up', press: string): Promise<PressAnswer> | null {
    if (this.#control.readyState !== 'open') return null
    this.#control.send(JSON.stringify({ press, want }))
    return new Promise((resolve) => this.#pressed.set(press, resolve))
  }

  async useMicrophone(microphone: MediaStream | null): Promise<void> {
    await this.#sender.replaceTrack(trackOf(microphone))
  }

  async sample(): Promise<Sample> {
    return readSample(await this.#connection.getStats())
  }

  close(): void {
    this.onLost = () => {}
    this.onConnected = () => {}
    this.#connection.close()
    this.#speaker.srcObject = null
  }

  #lost(): void {
    const tell = this.onLost
    this.onLost = () => {}
    tell()
  }
}

function trackOf(stream: MediaStream | null): MediaStreamTrack | null {
  return stream?.getAudioTracks()[0] ?? null
}
