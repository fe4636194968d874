/** Light, dark or the system's setting. Kept in a cookie, so that the server can send the page in the right colors. */
const YEAR_SECONDS = 365 * 24 * 60 * 60
const THEMES = ['auto', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

function current(): Theme {
  const set = document.documentElement.dataset.theme
  return THEMES.find((theme) => theme === set) ?? 'auto'
}

function show(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-set-theme]')) {
    button.setAttribute('aria-pressed', String(button.dataset.setTheme === current()))
  }
  document.dispatchEvent(new CustomEvent('or:theme'))
}

export function startTheme(): void {
  document.addEventListener('click', (event) => {
    const wanted = (event.target as Element).closest<HTMLElement>('[data-set-theme]')?.dataset.setTheme
    if (!wanted) return
    document.documentElement.dataset.theme = wanted
    document.cookie = `theme=${wanted};path=/;max-age=${YEAR_SECONDS};samesite=lax`
    show()
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
  show()
}
