/** What a user typed or pasted into the dialer: a number to dial, a name to search, or nothing yet. */
export type Entry = { kind: 'empty' } | { kind: 'number'; text: string } | { kind: 'name'; text: string }

/**
 * Clean up pasted text: `tel:` URIs, invisible direction marks from contact apps, full-width forms, line breaks and unusual
 * spaces. Only the server decides whether a number is valid, so nothing else is removed.
 */
export function tidy(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/^\s*tel:(?!.*phone-context)/i, '')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()
}

export function classify(text: string): Entry {
  const tidied = tidy(text)
  if (!tidied) return { kind: 'empty' }
  // Vanity numbers (1-800-FLOWERS) start like a number; names do not.
  return /^(?:(?:tel|sips?|callto):|['\u2019]?[+(]{0,2}[\d*#])/i.test(tidied) ? { kind: 'number', text: tidied } : { kind: 'name', text: tidied }
}

/** Keys of a telephone keypad, with their letters. */
export const KEYS: ReadonlyArray<readonly [key: string, letters: string]> = [
  ['1', ''], ['2', 'ABC'], ['3', 'DEF'],
  ['4', 'GHI'], ['5', 'JKL'], ['6', 'MNO'],
  ['7', 'PQRS'], ['8', 'TUV'], ['9', 'WXYZ'],
  ['*', ''], ['0', ''], ['#', ''],
]
