/** Milliseconds as a clock: 65000 -> "1:05", 3665000 -> "1:01:05". Negative values count as zero. */
export function clock(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000))
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

/** The call timer: always two digits for minutes, so that the display does not jump at ten. */
export function timer(milliseconds: number): string {
  return clock(milliseconds).padStart(5, '0')
}

/** A moment in the user's time zone, formatted like the server: "Jan 31, 2026, 3:04 PM". */
export function moment(iso: string, timeZone = document.querySelector<HTMLMetaElement>('meta[name=time-zone]')?.content): string {
  return written(iso, { ...DAY, ...TIME, timeZone })
}

/** A moment in the browser's time zone, with its name: "Jan 31, 2026, 3:04 PM GMT+1". */
export function localMoment(iso: string): string {
  return written(iso, { ...DAY, ...TIME, timeZoneName: 'short' })
}

/** A time today in the browser's time zone: "3:04 PM". */
export function timeOfDay(at: Date): string {
  return written(at, TIME)
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const
const TIME = { hour: 'numeric', minute: '2-digit' } as const

/** Browsers put a narrow no-break space before AM and PM; the server writes an ordinary space. */
function written(at: string | Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-US', options).format(new Date(at)).replace('\u202f', ' ')
}

/** A number with separators: 1234 -> "1,234". */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** Escape text for use in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** "Ana Torres" -> "AT". */
export function initials(name: string): string {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('')
}
