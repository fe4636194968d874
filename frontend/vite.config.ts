import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/** Icons that pages and elements name; each becomes a symbol of the sprite. */
const ICONS = [
  'arrow-down', 'arrow-left', 'arrow-up', 'audio-lines', 'ban', 'bookmark', 'building-2', 'chart-column', 'check', 'chevron-down',
  'chevron-right', 'chevron-up', 'circle-alert', 'circle-dot', 'clipboard-check', 'clock', 'copy', 'delete', 'download', 'file-json', 'graduation-cap', 'grip-vertical',
  'grid-3x3', 'headphones', 'inbox', 'info', 'key-round', 'keyboard', 'lightbulb', 'link', 'list', 'list-checks', 'list-music', 'list-plus', 'loader-circle', 'lock',
  'log-out', 'megaphone', 'message-circle-question-mark', 'message-square', 'mic', 'mic-off', 'monitor', 'moon',
  'package', 'pause', 'pencil', 'phone', 'phone-call', 'phone-incoming', 'phone-missed', 'phone-off',
  'phone-outgoing', 'play', 'plug', 'plus', 'search', 'send', 'settings', 'share-2', 'shield-check', 'skip-forward',
  'sliders-horizontal', 'sticky-note', 'sun', 'trash-2', 'triangle-alert', 'upload', 'user', 'users', 'volume-2', 'x',
]

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const OUT = here('../src/onrecord/web/static')

function sprite(): string {
  const symbols = ICONS.map((name) => {
    const path = here(`node_modules/lucide-static/icons/${name}.svg`)
    const shapes = readFileSync(path, 'utf8').replace(/<!--.*?-->/gs, '').match(/<svg[^>]*>(.*)<\/svg>/s)?.[1]
    if (shapes === undefined) throw new Error(`${path} is not an icon`)
    // Lines and ends are set here, on the symbol: page styles do not reach into an external sprite's rules.
    return (
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s+/g, ' ').trim()}</symbol>`
    )
  })
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`
}

/** Emits the pictures that pages name. */
function pictures(): Plugin {
  return {
    name: 'pictures',
    buildStart() {
      const pictures = { 'icons.svg': sprite(), 'favicon.svg': readFileSync(here('src/favicon.svg')) }
      for (const [name, source] of Object.entries(pictures)) {
        this.emitFile({ type: 'asset', name, originalFileName: name, source })
      }
    },
  }
}

/** Puts a .gz and a .br beside every file that browsers get, so that none has to be compressed while it is asked for. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => name.startsWith('assets/'))) {
        const path = join(dir ?? '', name)
        const content = readFileSync(path)
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
        writeFileSync(`${path}.br`, brotliCompressSync(content))
      }
    },
  }
}

/** Leaves the files of the last build beside the new ones: a server that still runs names them. Older ones go. */
function keepLastBuild(): Plugin {
  return {
    name: 'keep-last-build',
    buildStart() {
      if (!existsSync(join(OUT, 'manifest.json'))) return
      const manifest = JSON.parse(readFileSync(join(OUT, 'manifest.json'), 'utf8')) as Record<string, { file: string }>
      const last = new Set(Object.values(manifest).map(({ file }) => basename(file)))
      for (const name of readdirSync(join(OUT, 'assets'))) {
        if (!last.has(name.replace(/\.(gz|br)$/, ''))) rmSync(join(OUT, 'assets', name))
      }
    },
  }
}

export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [pictures(), compressed(), keepLastBuild()],
  build: {
    outDir: OUT,
    emptyOutDir: false,
    // Only `assets` is served: each name in it holds a hash of the content, and the manifest says which is which.
    manifest: 'manifest.json',
    target: 'es2023',
    // light-dark() and @property are used as they are.
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'],
    cssCodeSplit: false,
    modulePreload: false,
    // The content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { app: 'src/main.ts' },
      output: { entryFileNames: 'assets/[name]-[hash].js', assetFileNames: 'assets/[name]-[hash][extname]' },
    },
  },
})
