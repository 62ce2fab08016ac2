import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ZzzError } from '../../errors.ts'
import { encodeLocation } from '../../http/encode-location.ts'
import { createMemoryFile, type MemoryFile } from '../../http/file/memory-file.ts'
import { escapeHtml } from '../../internal/escape-html.ts'
import { isObject } from '../../internal/option-rules.ts'
import { describe } from '../../internal/options.ts'
import type { HtmxVersion } from './htmx-request.ts'

/** The release of htmx that comes with the framework. */
export const htmxRelease = '2.0.11'

/**
 * Where pages load htmx from: from this application (`self`), from jsDelivr (`cdn`), from this application by a file of
 * your choice, or from an address of your choice.
 */
export type HtmxScript =
  | 'self'
  | 'cdn'
  | { readonly file: string | URL }
  | { readonly src: string; readonly integrity?: string | undefined }

/** The script as pages name it, and its content where it comes from this application. */
export interface Script {
  /** The attributes of the element `script`: all but a nonce. */
  readonly attributes: string
  readonly file: MemoryFile | undefined
}

/** True for what the option may be. */
export function isScript(value: unknown): boolean {
  if (value === 'self' || value === 'cdn') return true
  if (!isObject(value)) return false
  const { file, src, integrity, ...rest } = value as Readonly<Record<string, unknown>>
  if (Object.keys(rest).length > 0) return false
  if (src === undefined) return integrity === undefined && (typeof file === 'string' || file instanceof URL)
  return typeof src === 'string' && file === undefined && isIntegrity(integrity)
}

function isIntegrity(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && /^sha(?:256|384|512)-[\w+/]+=*$/.test(value))
}

/** Reads the script. Throws `ZZZ_OPTION_INVALID` for a version that does not come along, and a file that is not there. */
export function openScript(script: HtmxScript, version: HtmxVersion, path: string): Script {
  if (typeof script === 'object' && 'src' in script) return foreign(script.src, script.integrity)
  const content = typeof script === 'object' ? read(script.file) : bundled(version)
  if (script === 'cdn') {
    return foreign(
      `https://cdn.jsdelivr.net/npm/htmx.org@${htmxRelease}/dist/htmx.min.js`,
      `sha384-${hash('sha384', content, 'base64')}`,
    )
  }
  const file = createMemoryFile(content, 'text/javascript; charset=utf-8')
  return { attributes: `src="${escapeHtml(path)}?v=${file.fingerprint}"`, file }
}

function foreign(src: string, integrity: string | undefined): Script {
  const attributes = `src="${escapeHtml(encodeLocation(src))}"`
  if (integrity === undefined) return { attributes, file: undefined }
  return { attributes: `${attributes} integrity="${integrity}" crossorigin="anonymous"`, file: undefined }
}

/** The file that was copied into the package when it was built; in the repository, that of the package htmx.org. */
function bundled(version: HtmxVersion): Uint8Array {
  if (version === 2) return read(import.meta.resolve('#htmx'))
  throw new ZzzError(
    'ZZZ_OPTION_INVALID',
    `htmx: only htmx ${htmxRelease} comes with zzz. For version ${version}, npm install htmx.org@${version} and set ` +
      `script: { file: import.meta.resolve('htmx.org/dist/htmx.min.js') }`,
  )
}

function read(file: string | URL): Uint8Array {
  try {
    return readFileSync(typeof file === 'string' && !file.startsWith('file:') ? file : fileURLToPath(file))
  } catch (cause) {
    const { message } = cause as Error
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `htmx: option "script": ${describe(String(file))} cannot be read: ${message}`,
      { cause },
    )
  }
}
