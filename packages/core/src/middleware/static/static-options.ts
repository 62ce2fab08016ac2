import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, clockRule, systemClock } from '../../clock.ts'
import type { Dotfiles } from '../../http/file/file-path.ts'
import { bytesRule, flagRule, secondsRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, requireOption } from '../../internal/options.ts'

/** Options of `staticFiles`. */
export interface StaticFilesOptions {
  /** The folder whose files are served: a path, or a `file:` URL such as `new URL('../public/', import.meta.url)`. */
  root: string | URL
  /** The path under which they are served; `/` for the whole site. Default `/static`. */
  prefix?: string | undefined
  /** The file that stands for its folder; false for none. Default `index.html`. */
  index?: string | false | undefined
  /** Send `app.css.br`, `.zst` or `.gz` for `app.css` to clients that take it, where such a file is there. Default true. */
  precompressed?: boolean | undefined
  /** Serve names that begin with a dot: all (true), none (false), or those listed, such as `.well-known`. Default false. */
  dotfiles?: boolean | readonly string[] | undefined
  /** Seconds that clients may use a file without asking again. Default 0: they ask each time, and get a 304. */
  maxAge?: number | undefined
  /** The whole value of `Cache-Control`, instead of `maxAge`. Default: by `maxAge`. */
  cacheControl?: string | undefined
  /**
   * Which files never change, so that clients keep them for a year: those with a fingerprint of hexadecimal digits in
   * their names, as `app.3f2a9c1b.js` or `app-3f2a9c1b.js` (true), none (false), or those whose path below the root
   * matches. Default true.
   */
  immutable?: boolean | RegExp | ((path: string) => boolean) | undefined
  /** Pass on what is not found, and other methods than GET and HEAD; otherwise they are 404 and 405. Default true. */
  fallthrough?: boolean | undefined
  /** Send entity tags. Default true. */
  etag?: boolean | undefined
  /**
   * Seconds that an answer may be given from memory without a look at the file system; no changed, new or removed file is
   * missed for longer. Default 1, and 0 in development.
   */
  maxStale?: number | undefined
  /** Bytes of file contents that are kept in memory; 0 for none. Default 32 MiB. */
  memory?: number | undefined
  /** Default: the machine's. */
  clock?: Clock | undefined
}

/** The options with their defaults. */
export interface StaticSettings {
  readonly root: string
  /** Without a slash at its end, so empty for `/`. */
  readonly prefix: string
  readonly index: string | false
  readonly precompressed: boolean
  readonly dotfiles: Dotfiles
  readonly cacheControl: (path: string) => string
  readonly fallthrough: boolean
  readonly etag: boolean
  /** In milliseconds; undefined where the environment decides. */
  readonly maxStale: number | undefined
  readonly memory: number
  readonly clock: Clock
}

const optionRules: OptionRules<StaticFilesOptions> = {
  root: ['the path or file: URL of a folder that is there', isFolder],
  prefix: ['a path such as /static, decoded and without a slash at its end', isPrefix],
  index: ['a file name or false', (value) => value === false || isName(value)],
  precompressed: flagRule,
  dotfiles: [
    'true, false or a list of names',
    (value) => typeof value === 'boolean' || (Array.isArray(value) && value.every(isName)),
  ],
  maxAge: secondsRule,
  cacheControl: [
    'the text of a Cache-Control header',
    (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
  ],
  immutable: [
    'true, false, a regular expression or a function',
    (value) => typeof value === 'boolean' || typeof value === 'function' || value instanceof RegExp,
  ],
  fallthrough: flagRule,
  etag: flagRule,
  maxStale: ['a number of seconds', (value) => typeof value === 'number' && value >= 0],
  memory: bytesRule,
  clock: clockRule,
}

/** A year, which is as good as for ever (RFC 8246). */
const forever = 'public, max-age=31536000, immutable'

/** Both a digit and a letter, so that dates (`report-20261122.pdf`) and words (`app.defaced.css`) do not look like one. */
const fingerprint = /[.-](?=[a-f]*\d)(?=\d*[a-f])[\da-f]{8,64}\.[^/]+$/

/** Checks the options and fills in what is not given. Throws `ZZZ_OPTION_INVALID`. */
export function toSettings(options: StaticFilesOptions): StaticSettings {
  checkOptions('staticFiles', options, optionRules)
  requireOption('staticFiles', options, 'root')
  const { prefix = '/static', index = 'index.html', precompressed = true, dotfiles = false } = options
  const {
    fallthrough = true,
    etag = true,
    maxStale,
    memory = 32 * 1024 * 1024,
    clock = systemClock,
  } = options
  return {
    root: toPath(options.root),
    prefix: prefix === '/' ? '' : prefix,
    index,
    precompressed,
    dotfiles,
    cacheControl: cacheControlOf(options),
    fallthrough,
    etag,
    maxStale: maxStale === undefined ? undefined : maxStale * 1000,
    memory,
    clock,
  }
}

function cacheControlOf(options: StaticFilesOptions): (path: string) => string {
  const { maxAge = 0, immutable = true } = options
  const usual = options.cacheControl ?? (maxAge === 0 ? 'no-cache' : `public, max-age=${maxAge}`)
  const isImmutable = toTest(immutable)
  return (path) => (isImmutable(path) ? forever : usual)
}

function toTest(immutable: boolean | RegExp | ((path: string) => boolean)): (path: string) => boolean {
  if (typeof immutable === 'function') return immutable
  if (immutable === false) return () => false
  // A global or sticky expression would remember where the last path matched.
  const pattern =
    immutable === true ? fingerprint : new RegExp(immutable.source, immutable.flags.replace(/[gy]/g, ''))
  return (path) => pattern.test(path)
}

function isFolder(value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof URL && value.protocol === 'file:')) return false
  return value !== '' && statSync(toPath(value), { throwIfNoEntry: false })?.isDirectory() === true
}

function toPath(root: string | URL): string {
  return typeof root === 'string' ? resolve(root) : fileURLToPath(root)
}

function isPrefix(value: unknown): boolean {
  return typeof value === 'string' && (value === '/' || /^(?:\/[\w.~!$&'()+,;=@-]+)+$/.test(value))
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && /^[^/\\\0]+$/.test(value) && value !== '.' && value !== '..'
}
