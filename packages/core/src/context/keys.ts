import { type AssignKey, assign } from './assign.ts'

/** The key of the request's id, set by `requestId`: `ctx.get(requestIdKey)`. */
export const requestIdKey: AssignKey<string> = assign('requestId')

/**
 * The key of the nonce that this reply's Content-Security-Policy allows, set by `securityHeaders`: put it on the inline
 * scripts and styles of a page, `<script nonce="${ctx.get(cspNonceKey)}">`.
 */
export const cspNonceKey: AssignKey<string> = assign('cspNonce')
