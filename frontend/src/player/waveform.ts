import WaveSurfer from 'wavesurfer.js'
import type { Peaks } from './peaks.ts'

const CHANNEL_HEIGHT = 44

/** Draw both channels into `place`, our side on top. */
export function drawWaveform(place: HTMLElement, audio: HTMLMediaElement, peaks: Peaks, duration: number): WaveSurfer {
  const container = document.createElement('div')
  const wave = WaveSurfer.create({
    container,
    media: audio,
    height: CHANNEL_HEIGHT,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    cursorWidth: 2,
    dragToSeek: true,
    normalize: true,
    maxPeak: loudest(peaks),
    // Passed in, because otherwise it would fetch and decode the whole file.
    peaks: [peaks.left, peaks.right],
    duration,
    ...colors(),
  })
  adoptStyles(container)
  place.append(container)
  return wave
}

/** Colors come from the page's theme; call again when it changes. */
export function colors() {
  const style = getComputedStyle(document.documentElement)
  const value = (name: string) => style.getPropertyValue(name).trim()
  return {
    cursorColor: value('--ink'),
    splitChannels: [
      { waveColor: value('--ours-soft'), progressColor: value('--ours') },
      { waveColor: value('--contact-soft'), progressColor: value('--contact') },
    ],
  }
}

/** Both channels share one scale, so that a quiet side looks quiet; near-silence is not scaled to full height. */
function loudest({ left, right }: Peaks): number {
  let most = 0.1
  for (const side of [left, right]) for (const peak of side) if (peak > most) most = peak
  return most
}

/**
 * The waveform comes with a style element, which our content security policy (style-src 'self') blocks. The check happens
 * when it enters the document, so before that its rules are moved into a constructed stylesheet, which the policy allows.
 */
function adoptStyles(container: HTMLElement): void {
  const shadow = container.firstElementChild?.shadowRoot
  const style = shadow?.querySelector('style')
  if (!shadow || !style) throw new Error('wavesurfer.js builds its shadow tree in another way now')
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style.textContent ?? '')
  shadow.adoptedStyleSheets = [sheet]
  style.remove()
}
