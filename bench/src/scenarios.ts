import assert from 'node:assert/strict'
import { large, page } from './files.ts'

/** A kind of request, and the reply it must get. */
export interface Scenario {
  readonly title: string
  readonly path: string
  readonly type: string
  readonly body: string
  /** Requests on their way at once on each connection. */
  readonly pipelined: number
  /** True when the reply is a file, so that servers of files alone take part. */
  readonly isFile?: boolean
}

const plaintext = { path: '/plaintext', type: 'text/plain', body: 'Hello, World!' }

export const scenarios: readonly Scenario[] = [
  { title: '`GET /plaintext`', ...plaintext, pipelined: 1 },
  { title: '`GET /plaintext`, 16 requests pipelined', ...plaintext, pipelined: 16 },
  {
    title: '`GET /json`',
    path: '/json',
    type: 'application/json',
    body: '{"message":"Hello, World!"}',
    pipelined: 1,
  },
  { title: '`GET /users/42`', path: '/users/42', type: 'text/plain', body: '42', pipelined: 1 },
  {
    title: '`GET /static/page.txt`, a file of 10 KiB',
    path: '/static/page.txt',
    type: 'text/plain',
    body: page,
    pipelined: 1,
    isFile: true,
  },
  {
    title: '`GET /static/large.txt`, a file of 1 MiB',
    path: '/static/large.txt',
    type: 'text/plain',
    body: large,
    pipelined: 1,
    isFile: true,
  },
]

/** Throws unless the server at `url` answers as the scenario says: what is measured has to be the same work. */
export async function verify(url: string, { path, type, body }: Scenario): Promise<void> {
  const response = await fetch(url + path)
  assert.equal(response.status, 200, path)
  assert.equal(response.headers.get('content-type')?.split(';')[0], type, path)
  assert.equal(await response.text(), body, path)
}
