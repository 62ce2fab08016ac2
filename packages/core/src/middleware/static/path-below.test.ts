import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pathBelow } from './path-below.ts'

const rows: readonly [path: string, prefix: string, below: string | undefined][] = [
  ['/static/app.css', '/static', 'app.css'],
  ['/static/', '/static', ''],
  ['/static', '/static', undefined],
  ['/statics/app.css', '/static', undefined],
  ['/other', '/static', undefined],
  ['*', '', undefined],
  ['/', '', ''],
  ['/docs/', '', 'docs/'],
  ['/static/caf%C3%A9%20%23.css', '/static', 'café #.css'],
  ['/static/%2e%2e/x', '/static', '../x'],
  ['/static/%252e', '/static', '%2e'],
  ['/static/a%2Fb', '/static', undefined],
  ['/static/%', '/static', undefined],
  ['/static/%ff', '/static', undefined],
]

it('pathBelow decodes once what lies below the prefix', () => {
  for (const [path, prefix, below] of rows) assert.equal(pathBelow(path, prefix), below, path)
})
