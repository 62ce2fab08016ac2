import { assign } from '../../context/assign.ts'
import { cspNonceKey, ownReplyKey } from '../../context/keys.ts'
import type { Middleware } from '../../context/middleware.ts'
import type { Reply } from '../../http/reply.ts'
import { mapMaybe } from '../../internal/maybe-promise.ts'
import { flagRule, isObject, oneOf } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { createNonces } from '../../secrets/nonces.ts'
import { type ContentSecurityPolicy, type CspDirectives, compilePolicy } from './content-security-policy.ts'
import { type PermissionsPolicy, permissionsPolicy } from './permissions-policy.ts'

/** Options of `securityHeaders`; `false` leaves a header out. */
export interface SecurityHeadersOptions {
  /** Directives of `Content-Security-Policy` that are added to the defaults or replace them (`defaultPolicy`). */
  csp?: CspDirectives | false | undefined
  /** A second policy whose breaches are reported and not prevented (`…-Report-Only`), from nothing. Default: none. */
  cspReportOnly?: CspDirectives | undefined
  /** `X-Content-Type-Options: nosniff`: no guessing of types. Default true. */
  noSniff?: boolean | undefined
  /**
   * `Referrer-Policy`. Default `strict-origin-when-cross-origin`: other origins learn the origin. With `no-referrer` browsers
   * also send `Origin: null` with forms, which protection against CSRF has to refuse.
   */
  referrerPolicy?: ReferrerPolicy | false | undefined
  /** `X-Frame-Options`, for browsers that do not know `frame-ancestors`. Default `SAMEORIGIN`. */
  frameOptions?: 'DENY' | 'SAMEORIGIN' | false | undefined
  /** `Cross-Origin-Opener-Policy`: who shares a browsing context group with the page. Default `same-origin`. */
  crossOriginOpenerPolicy?: (typeof openerPolicies)[number] | false | undefined
  /** `Cross-Origin-Resource-Policy`: whose pages may embed the reply. Default `same-origin`. */
  crossOriginResourcePolicy?: (typeof resourcePolicies)[number] | false | undefined
  /** `Cross-Origin-Embedder-Policy`: what the page may embed. Default: not sent. */
  crossOriginEmbedderPolicy?: (typeof embedderPolicies)[number] | false | undefined
  /** `Origin-Agent-Cluster: ?1`: the page shares no process with other origins of its site. Default true. */
  originAgentCluster?: boolean | undefined
  /**
   * `Permissions-Policy`: features of the browser by name, with the origins that may use them, `self` for this one.
   * Default: camera, geolocation and microphone for none.
   */
  permissionsPolicy?: PermissionsPolicy | false | undefined
}

const referrerPolicies = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const
/** A value of `Referrer-Policy`. */
export type ReferrerPolicy = (typeof referrerPolicies)[number]
const openerPolicies = [
  'same-origin',
  'same-origin-allow-popups',
  'noopener-allow-popups',
  'unsafe-none',
] as const
const resourcePolicies = ['same-origin', 'same-site', 'cross-origin'] as const
const embedderPolicies = ['require-corp', 'credentialless', 'unsafe-none'] as const

/** The policy that `securityHeaders` starts from. */
export const defaultPolicy: CspDirectives = Object.freeze({
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'script-src': ["'self'", "'nonce'"],
  'script-src-attr': ["'none'"],
  'style-src': ["'self'", "'nonce'"],
})

const isRecord = (value: unknown) => isObject(value) && !Array.isArray(value)
const optionRules: OptionRules<SecurityHeadersOptions> = {
  csp: ['directives, or false', (value) => value === false || isRecord(value)],
  cspReportOnly: ['directives', isRecord],
  noSniff: flagRule,
  referrerPolicy: oneOf(...referrerPolicies, false),
  frameOptions: oneOf('DENY', 'SAMEORIGIN', false),
  crossOriginOpenerPolicy: oneOf(...openerPolicies, false),
  crossOriginResourcePolicy: oneOf(...resourcePolicies, false),
  crossOriginEmbedderPolicy: oneOf(...embedderPolicies, false),
  originAgentCluster: flagRule,
  permissionsPolicy: ['origins by feature, or false', (value) => value === false || isRecord(value)],
}

/** What the middlewares of one request share. */
interface Visit {
  /** The nonce, once somebody has read it. */
  nonce: string | undefined
  /** The reply that has its headers: the innermost middleware decides. */
  decided: Reply | undefined
}

const visitKey = assign<Visit>('securityHeaders')
const nonces = createNonces(16)

/**
 * Headers that tell browsers to be careful with a page, on every reply, errors included. A reply that has one of them
 * keeps its own; where two of this middleware are nested, the inner one decides alone, so a scope or a route can have
 * rules of its own.
 *
 * The policy allows scripts and styles from the application itself, and inline ones that carry the nonce of the request,
 * `<script nonce="${ctx.get(cspNonceKey)}">`. It is made when it is first read, and stands in the header only then.
 * `Strict-Transport-Security` is the business of `hsts`. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * createApp({ use: [securityHeaders({ csp: { 'img-src': ["'self'", 'images.example.com'] } })], routes })
 * ```
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Middleware {
  checkOptions('securityHeaders', options, optionRules)
  const fields = fixedFields(options)
  const policies = policiesOf(options)
  const usesNonce = policies.some(({ policy }) => policy.usesNonce)
  const plain = [...policies.flatMap(({ name, policy }) => [name, policy.plain]), ...fields]

  return function securityHeaders(ctx, next) {
    const visit = ctx.find(visitKey) ?? { nonce: undefined, decided: undefined }
    ctx.set(visitKey, visit)
    if (usesNonce) {
      ctx.setLazy(cspNonceKey, () => {
        ctx.set(ownReplyKey, true)
        return nonceOf(visit)
      })
    }
    return mapMaybe(next(), (reply) => {
      if (visit.decided === reply) return reply
      visit.decided = reply
      const nonce = usesNonce && isHtmlStream(reply) ? nonceOf(visit) : visit.nonce
      reply.headers.addMissing(
        nonce === undefined
          ? plain
          : [...policies.flatMap(({ name, policy }) => [name, policy.withNonce(nonce)]), ...fields],
      )
      return reply
    })
  }
}

function nonceOf(visit: Visit): string {
  visit.nonce ??= Buffer.from(nonces()).toString('base64')
  return visit.nonce
}

/** A page that is still being made, and may ask for the nonce when its header is gone. */
function isHtmlStream({ body, headers }: Reply): boolean {
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) return false
  return headers.get('content-type')?.startsWith('text/html') === true
}

function policiesOf({ csp = {}, cspReportOnly }: SecurityHeadersOptions) {
  const policies: { readonly name: string; readonly policy: ContentSecurityPolicy }[] = []
  const add = (name: string, option: string, directives: CspDirectives) => {
    const policy = compilePolicy(`securityHeaders: option "${option}"`, directives)
    if (policy.plain !== '') policies.push({ name, policy })
  }
  if (csp !== false) add('content-security-policy', 'csp', { ...defaultPolicy, ...given(csp) })
  if (cspReportOnly !== undefined) {
    add('content-security-policy-report-only', 'cspReportOnly', cspReportOnly)
  }
  return policies
}

/** What was not left undefined. */
function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

/** Names and values in turn of all that does not depend on the request. */
function fixedFields(options: SecurityHeadersOptions): readonly string[] {
  const fields: Readonly<Record<string, string | false>> = {
    'x-content-type-options': (options.noSniff ?? true) && 'nosniff',
    'referrer-policy': options.referrerPolicy ?? 'strict-origin-when-cross-origin',
    'x-frame-options': options.frameOptions ?? 'SAMEORIGIN',
    'cross-origin-opener-policy': options.crossOriginOpenerPolicy ?? 'same-origin',
    'cross-origin-resource-policy': options.crossOriginResourcePolicy ?? 'same-origin',
    'cross-origin-embedder-policy': options.crossOriginEmbedderPolicy ?? false,
    'origin-agent-cluster': (options.originAgentCluster ?? true) && '?1',
    'permissions-policy': permissionsPolicy(options.permissionsPolicy ?? {}),
  }
  return Object.entries(fields).flatMap(([name, value]) =>
    value === false || value === '' ? [] : [name, value],
  )
}
