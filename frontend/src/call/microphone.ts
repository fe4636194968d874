/** The rep's microphone: device, processing and level. */
import type { Problem } from './state.ts'

export interface MicrophoneSettings {
  /** '' is the system default. */
  deviceId: string
  /** Raw sound: no echo cancellation, noise suppression or gain control. For headsets in quiet rooms. */
  studio: boolean
}

const KEY = 'onrecord.microphone'

export function loadSettings(): MicrophoneSettings {
  const fallback = { deviceId: '', studio: false }
  try {
    return { ...fallback, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<MicrophoneSettings>) }
  } catch (error) {
    // A private window may refuse storage, and stored data may be corrupt: use the defaults.
    if (error instanceof SyntaxError || error instanceof DOMException) return fallback
    throw error
  }
}

export function saveSettings(settings: MicrophoneSettings): void {
  localStorage.setItem(KEY, JSON.stringify(settings))
}

export class MicrophoneError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

const PROBLEMS: Record<string, string> = {
  NotAllowedError: 'The microphone is blocked. Allow it for this site (use the icon next to the address).',
  NotFoundError: 'No microphone was found. Plug one in or choose another.',
  NotReadableError: 'Another program is using the microphone. Close it in that program.',
}

/** Request the microphone. Rejects with MicrophoneError, whose problem says what to do. */
export async function openMicrophone({ deviceId, studio }: MicrophoneSettings): Promise<MediaStream> {
  if (!navigator.mediaDevices) {
    const message = 'Browsers allow the microphone only on secure pages. Open OnRecord over https.'
    throw new MicrophoneError({ code: 'microphone', message })
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        // Not `exact`: an unplugged headset must not prevent the call.
        ...(deviceId ? { deviceId: { ideal: deviceId } } : {}),
        echoCancellation: !studio,
        noiseSuppression: !studio,
        autoGainControl: !studio,
      },
    })
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    const message = PROBLEMS[error.name] ?? `The microphone could not be opened (${error.message || error.name}). Choose another.`
    throw new MicrophoneError({ code: error.name === 'NotAllowedError' ? 'microphone_blocked' : 'microphone', message })
  }
}

export async function listMicrophones(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  // 'default' and 'communications' are aliases of devices that are also listed.
  return devices.filter((device) => device.kind === 'audioinput' && !['', 'default', 'communications'].includes(device.deviceId))
}

export function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

const SILENCE_DB = -60

/** Measures the loudness of a stream. */
export class LevelReader {
  #context = new AudioContext()
  #analyser = this.#context.createAnalyser()
  #samples = new Float32Array(1024)

  constructor(stream: MediaStream) {
    this.#analyser.fftSize = this.#samples.length
    this.#context.createMediaStreamSource(stream).connect(this.#analyser)
  }

  /** 0 (-60 dBFS and below) to 1 (full scale), from the RMS of the latest 1024 samples. */
  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples)
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length
    return power > 0 ? Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / SILENCE_DB)) : 0
  }

  close(): void {
    void this.#context.close()
  }
}
