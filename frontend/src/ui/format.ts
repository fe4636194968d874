/** Milliseconds as a clock: 65000 -> "1:05", 3665000 -> "1:01:05". Negative counts as zero. */
export function clock(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000))
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

/** The call timer: always two digits of minutes, so that the display does not jump at ten. */
export function timer(milliseconds: number): string {
  return clock(milliseconds).padStart(5, '0')
}

/** A moment in the user's time zone, as the server writes it: "31 Jan 2026, 15:04". */
export function moment(iso: string): string {
  return written(iso, { timeZone: document.querySelector<HTMLMetaElement>('meta[name=time-zone]')?.content })
}

/** A moment in the browser's own time zone, which it names: "31 Jan 2026, 15:04 GMT+1". */
export function localMoment(iso: string): string {
  return written(iso, { timeZoneName: 'short' })
}

function written(iso: string, zone: Intl.DateTimeFormatOptions): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', ...zone } as const
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(iso)).replace('Sept', 'Sep')
}

/** Text for use inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** "Ana Torres" -> "AT". */
export function initials(name: string): string {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('')
}
