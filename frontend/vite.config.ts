import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

/** Icons that pages and elements name; each becomes a symbol of the sprite `icons.svg`. */
const ICONS = [
  'arrow-down', 'arrow-left', 'arrow-up', 'audio-lines', 'ban', 'bookmark', 'building-2', 'chart-column', 'check', 'chevron-down',
  'chevron-right', 'chevron-up', 'circle-alert', 'circle-dot', 'clipboard-check', 'clock', 'copy', 'delete', 'download', 'file-json', 'graduation-cap', 'grip-vertical',
  'grid-3x3', 'headphones', 'inbox', 'info', 'key-round', 'lightbulb', 'link', 'list', 'list-checks', 'list-music', 'list-plus', 'loader-circle', 'lock',
  'log-out', 'megaphone', 'message-circle-question-mark', 'message-square', 'mic', 'mic-off', 'monitor', 'moon',
  'package', 'pause', 'pencil', 'phone', 'phone-call', 'phone-incoming', 'phone-missed', 'phone-off',
  'phone-outgoing', 'play', 'plug', 'plus', 'search', 'send', 'settings', 'share-2', 'shield-check', 'skip-forward',
  'sliders-horizontal', 'sticky-note', 'sun', 'trash-2', 'triangle-alert', 'upload', 'user', 'users', 'volume-2', 'x',
]

function iconSprite(): Plugin {
  return {
    name: 'icon-sprite',
    generateBundle() {
      const symbols = ICONS.map((name) => {
        const path = fileURLToPath(new URL(`node_modules/lucide-static/icons/${name}.svg`, import.meta.url))
        const shapes = readFileSync(path, 'utf8').replace(/<!--.*?-->/gs, '').match(/<svg[^>]*>(.*)<\/svg>/s)?.[1]
        if (shapes === undefined) throw new Error(`${path} is not an icon`)
        // Lines and ends are set here, on the symbol: page styles do not reach into an external sprite's rules.
        return (
          `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
          `stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s+/g, ' ').trim()}</symbol>`
        )
      })
      this.emitFile({
        type: 'asset',
        fileName: 'icons.svg',
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`,
      })
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [iconSprite()],
  build: {
    outDir: '../src/onrecord/static',
    emptyOutDir: true,
    target: 'es2023',
    // light-dark() and @property are used as they are.
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'],
    cssCodeSplit: false,
    modulePreload: false,
    // The content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: 'src/main.ts',
      output: {
        entryFileNames: 'app.js',
        assetFileNames: (asset) => (asset.names.some((name) => name.endsWith('.css')) ? 'app.css' : '[name][extname]'),
      },
    },
  },
})
