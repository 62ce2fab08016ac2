import { readFile } from 'node:fs/promises'
import type { Context } from '../../context/context.ts'
import { cspNonceKey } from '../../context/keys.ts'
import type { Reply } from '../../http/reply.ts'
import { reasonPhrase } from '../../http/status.ts'
import { errorRecord } from '../../internal/error-record.ts'
import { escapeHtml } from '../../internal/escape-html.ts'
import { loadPeer } from '../../internal/load-peer.ts'
import { reportError } from '../../internal/report.ts'
import { isSecretName, redacted, redactUrls } from '../../internal/secret-names.ts'
import { strictPage } from './strict-page.ts'

const codeMessage = '#error-message span{white-space:pre-wrap;font:500 14px/1.5 monospace}'

type Youch = typeof import('youch').Youch

let youch: Youch | undefined | 'missing'

/**
 * The page of an error for whoever develops the application: stack with source, causes, and the request without its
 * secrets. Undefined without the package `youch`; then the built-in page is there.
 */
export async function developmentPage(ctx: Context, reply: Reply): Promise<Reply | undefined> {
  youch ??= load()
  if (youch === 'missing') return undefined
  const { statusCode, error } = reply
  const nonce = ctx.find(cspNonceKey)
  try {
    const page = new youch().defineSourceLoader(({ fileName }) => readSource(fileName))
    page.useTransformer((parsed) => {
      parsed.message = redactUrls(parsed.message)
      // It goes out as HTML, and may quote what a client sent.
      if (parsed.hint !== undefined) parsed.hint = escapeHtml(String(parsed.hint))
      // Errors of HTTP clients carry requests with their credentials; the chain of causes is shown by us.
      delete parsed.cause
      Object.assign(parsed, { raw: errorRecord(error) })
    })
    // The headline of a cause is its message.
    page.templates.injectStyles('.card-subtitle{text-transform:none}')
    // A message of several lines shows code, as those about templates do.
    if (error instanceof Error && error.message.includes('\n')) page.templates.injectStyles(codeMessage)
    const causes = causesOf(error)
    if (Object.keys(causes).length > 0) page.metadata.group('Caused by', causes)
    page.metadata.group('Request', describeRequest(ctx))
    const title = `${statusCode} ${reasonPhrase(statusCode)}`
    const html = await page.toHTML(error, { title, ...(nonce !== undefined && { cspNonce: nonce }) })
    return ctx.html(nonce === undefined ? html : strictPage(html, nonce))
  } catch (fault) {
    reportError(fault, 'The development page of an error was not made')
    return undefined
  }
}

function load(): Youch | 'missing' {
  try {
    return loadPeer<typeof import('youch')>('errorPages', 'youch').Youch
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ZZZ_PEER_MISSING') return 'missing'
    throw error
  }
}

/**
 * The source of a frame. A stack begins with the error's message, which may quote what a client sent, so only what is
 * code is read.
 */
async function readSource(file: string | undefined): Promise<{ contents: string } | undefined> {
  if (file === undefined || !/\.[cm]?[jt]sx?$/.test(file)) return undefined
  try {
    return { contents: await readFile(file, 'utf8') }
  } catch {
    return undefined
  }
}

/** A row of a table; youch escapes values, and neither keys nor headlines. */
interface Row {
  readonly key: string
  readonly value: string
}

function row(key: string, value: string): Row {
  return { key: escapeHtml(key), value }
}

function describeRequest(ctx: Context): Record<string, Row | Row[]> {
  const headers = [...ctx.request.headers].map(([name, value]) =>
    row(name, isSecretName(name) ? redacted : redactUrls(value)),
  )
  return {
    Method: row('method', ctx.method),
    Path: row('path', ctx.path),
    Route: row('route', ctx.route?.pattern ?? 'none matched'),
    Headers: headers,
  }
}

/** The chain of causes: each with its message as the headline and the frames of its stack as rows. */
function causesOf(error: unknown): Record<string, Row[]> {
  const causes: Record<string, Row[]> = {}
  for (let { cause } = errorRecord(error); cause !== undefined; cause = cause.cause) {
    const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
    causes[escapeHtml(`${cause.type}: ${cause.message}`)] = frames.map((line) =>
      row('at', line.replace(/^\s+at /, '')),
    )
  }
  return causes
}
