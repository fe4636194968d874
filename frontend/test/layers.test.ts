import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

/** What stands in src: each imports from lines below its own, and from its own folder. */
const LAYERS = [['main.ts'], ['dialer', 'pages'], ['call', 'player'], ['ui'], ['api']]

const imports = new Map(
  globSync('**/*.ts', { cwd: 'src' }).map((file) => {
    const found = readFileSync(join('src', file), 'utf8').matchAll(/(?:from|import) '(\.[^']+\.ts)'/g)
    return [file, [...found].map(([, path = '']) => join(dirname(file), path))]
  }),
)
const folder = (file: string) => file.split('/')[0] ?? ''
const layer = (file: string) => LAYERS.findIndex((names) => names.includes(folder(file)))

/** The files from which a walk comes back to where it has been. */
function cycle(file: string, way: string[] = [], done = new Set<string>()): string[] {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
  if (done.has(file)) return []
  for (const next of imports.get(file) ?? []) {
    const found = cycle(next, [...way, file], done)
    if (found.length) return found
  }
  done.add(file)
  return []
}

test('every folder has its layer', () => {
  assert.deepEqual([...imports.keys()].filter((file) => layer(file) < 0), [])
})

test('imports run downhill', () => {
  const uphill = [...imports].flatMap(([file, used]) =>
    used.filter((one) => folder(one) !== folder(file) && layer(one) <= layer(file)).map((one) => `${file} -> ${one}`),
  )
  assert.deepEqual(uphill, [])
})

test('no import comes back to where it began', () => {
  for (const file of imports.keys()) assert.deepEqual(cycle(file), [])
})
