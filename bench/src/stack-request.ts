import { createHmac } from 'node:crypto'

/** Signs the tokens; every server imports it once, when it starts. */
export const secret = 'a secret of 32 bytes for benchmarks'

/** The only origin whose pages may ask. */
export const origin = 'https://example.com'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = { sub: 'ada', iss: 'bench', iat: 1_700_000_000, exp: 4_000_000_000 }
const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`

/** What a client of the typical API sends. */
export const request = {
  path: '/items',
  headers: { authorization: `Bearer ${token}`, origin, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'Analytical Engine', quantity: 3, tags: ['brass', 'steam'] }),
}

/** What it must get. */
export const reply = { owner: 'ada', name: 'Analytical Engine', quantity: 3 }

/** The body as handlers see it. */
export interface Item {
  readonly name: string
  readonly quantity: number
}
