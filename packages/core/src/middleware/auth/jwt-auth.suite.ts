import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createApp } from '../../app/app.ts'
import { manualClock } from '../../clock.suite.ts'
import { assign } from '../../context/assign.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import type { JwtClaims } from './jwt/claims.ts'
import { type JwtAuthOptions, jwtAuth } from './jwt-auth.ts'

export const secret = 'the secret of these tests, 32 bytes'
export const now = 1_800_000_000
export const clock = manualClock(now * 1000)
export const claims = assign<JwtClaims>('claims')

export function appWith(options: JwtAuthOptions) {
  return createApp({
    environment: 'production',
    use: [jwtAuth({ as: claims, clock, ...options })],
    routes: [get('/', (ctx) => ctx.json(ctx.find(claims) ?? null))],
  })
}

/** The claims of a token that is admitted, or status and reason. */
export async function ask(options: JwtAuthOptions, token: string): Promise<unknown> {
  return answer(appWith(options), token)
}

export async function answer(app: ReturnType<typeof appWith>, token: string): Promise<unknown> {
  const reply = await app.handle(makeRequest({ headers: { authorization: `Bearer ${token}` } }))
  if (reply.statusCode === 200) return JSON.parse(reply.body as string)
  const challenge = reply.headers.get('www-authenticate') ?? ''
  return `${reply.statusCode} ${/error_description="(.*)"/.exec(challenge)?.[1]}`
}

export const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token made by hand, so that it can be wrong in any way. */
export function forge(
  header: unknown,
  payload: unknown,
  signer: (signed: string) => Buffer | string,
): string {
  const signed = `${encode(header)}.${encode(payload)}`
  const signature = signer(signed)
  return `${signed}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`
}

export const hmac =
  (key: string | KeyObject | Buffer = secret, hash = 'sha256') =>
  (signed: string) =>
    createHmac(hash, key).update(signed).digest()
export const hs256 = (payload: unknown, header: object = {}) =>
  forge({ alg: 'HS256', typ: 'JWT', ...header }, payload, hmac())

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const ed = generateKeyPairSync('ed25519')
export const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
export const rs256 =
  (key: KeyObject = rsa.privateKey) =>
  (signed: string) =>
    sign('sha256', Buffer.from(signed), key)
