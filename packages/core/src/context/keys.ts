import { type AssignKey, assign } from './assign.ts'

/** The key of the request's id, set by `requestId`: `ctx.get(requestIdKey)`. */
export const requestIdKey: AssignKey<string> = assign('requestId')

/**
 * The key of the nonce that this reply's Content-Security-Policy allows, set by `securityHeaders`: put it on the inline
 * scripts and styles of a page, `<script nonce="${ctx.get(cspNonceKey)}">`.
 */
export const cspNonceKey: AssignKey<string> = assign('cspNonce')

/**
 * Set by what keeps replies for others: answer with the whole reply, whatever the conditions of this request are. It
 * weighs them itself.
 */
export const wholeReplyKey: AssignKey<true> = assign('wholeReply')
