/** Grades a connection from WebRTC statistics. */

/** Counters and gauges at one moment, from `RTCPeerConnection.getStats()`. */
export interface Sample {
  packetsReceived: number
  packetsLost: number
  /** Seconds, as WebRTC gives them. */
  jitter: number
  roundTrip: number | null
}

export type Grade = 'unknown' | 'poor' | 'fair' | 'good'

export interface Quality {
  grade: Grade
  /** Share of packets lost since the previous sample, 0 to 1. */
  loss: number
  jitterMs: number
  roundTripMs: number | null
}

export const UNKNOWN: Quality = { grade: 'unknown', loss: 0, jitterMs: 0, roundTripMs: null }

/**
 * Limits follow what G.711 with simple concealment tolerates (ITU-T G.113: about 1% loss goes unnoticed, 5% is disturbing;
 * G.114: 150 ms one way is good, 400 ms is the most acceptable).
 */
export function grade(before: Sample, now: Sample): Quality {
  const received = now.packetsReceived - before.packetsReceived
  const lost = Math.max(0, now.packetsLost - before.packetsLost)
  const loss = received + lost > 0 ? lost / (received + lost) : 1
  const jitterMs = Math.round(now.jitter * 1000)
  const roundTripMs = now.roundTrip === null ? null : Math.round(now.roundTrip * 1000)
  const round = roundTripMs ?? 0
  let result: Grade = 'good'
  if (loss > 0.05 || jitterMs > 80 || round > 600) result = 'poor'
  else if (loss > 0.01 || jitterMs > 40 || round > 300) result = 'fair'
  return { grade: result, loss, jitterMs, roundTripMs }
}

export function readSample(report: RTCStatsReport): Sample {
  const sample: Sample = { packetsReceived: 0, packetsLost: 0, jitter: 0, roundTrip: null }
  report.forEach((entry: Record<string, unknown>) => {
    if (entry.type === 'inbound-rtp' && entry.kind === 'audio') {
      sample.packetsReceived += Number(entry.packetsReceived ?? 0)
      sample.packetsLost += Number(entry.packetsLost ?? 0)
      sample.jitter = Math.max(sample.jitter, Number(entry.jitter ?? 0))
    } else if (entry.type === 'candidate-pair' && entry.nominated && entry.currentRoundTripTime !== undefined) {
      sample.roundTrip = Number(entry.currentRoundTripTime)
    }
  })
  return sample
}
