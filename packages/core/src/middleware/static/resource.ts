import { storedCodings } from '../../http/content-coding.ts'
import { type Dotfiles, isSafePath } from '../../http/file/file-path.ts'
import { type FindFileOptions, findFile, type KnownFile } from './known-file.ts'
import { createVariant, type Variant } from './variant.ts'

/** What a path below the root stands for. */
export type Resource =
  /** The file itself comes first, what is stored compressed beside it after that. */
  | { readonly kind: 'file'; readonly variants: readonly [Variant, ...Variant[]] }
  /** A folder with an index file, asked for without the slash at its end. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'missing' }

/** How files are found and described. */
export interface ResourceOptions extends FindFileOptions {
  readonly index: string | false
  readonly precompressed: boolean
  readonly dotfiles: Dotfiles
  readonly etag: boolean
  /** The `Cache-Control` of a path. */
  readonly cacheControl: (path: string) => string
}

/**
 * A compressed neighbour may be older than its original by so many milliseconds, since copying sets times in any order.
 * An older one is what is left of an earlier state, and is not sent.
 */
const tolerance = 2000

/**
 * Looks up a path below the root: decoded, without a slash in front, with one at its end for a folder. Files that did
 * not change since `previous` are not read again.
 */
export async function loadResource(
  path: string,
  previous: Resource | undefined,
  options: ResourceOptions,
): Promise<Resource> {
  const { index, dotfiles } = options
  const asFolder = path === '' || path.endsWith('/')
  if (asFolder && index === false) return { kind: 'missing' }
  const name = asFolder ? path + index : path
  if (!isSafePath(name, dotfiles)) return { kind: 'missing' }
  const known = previous?.kind === 'file' ? previous.variants.map(({ file }) => file) : []
  const file = await findFile(name, 'identity', known, options)
  if (file === 'folder') return { kind: (await hasIndex(name, options)) ? 'folder' : 'missing' }
  return file === undefined ? { kind: 'missing' } : withNeighbours(name, file, known, options)
}

/** Bytes that a resource holds in memory. */
export function resourceCost(resource: Resource): number {
  if (resource.kind !== 'file') return 0
  return resource.variants.reduce((sum, { file }) => sum + 1024 + (file.content?.length ?? 0), 0)
}

async function hasIndex(name: string, options: ResourceOptions): Promise<boolean> {
  if (options.index === false) return false
  return typeof (await findFile(`${name}/${options.index}`, 'identity', [], options)) === 'object'
}

async function withNeighbours(
  name: string,
  file: KnownFile,
  known: readonly KnownFile[],
  options: ResourceOptions,
): Promise<Resource> {
  const codings = options.precompressed ? storedCodings : []
  const found = await Promise.all(
    codings.map(({ coding, extension }) => findFile(name + extension, coding, known, options)),
  )
  const neighbours = found.filter(
    (one) => typeof one === 'object' && one.stamp.modified + tolerance >= file.stamp.modified,
  ) as KnownFile[]
  const description = {
    name,
    cacheControl: options.cacheControl(name),
    etag: options.etag,
    negotiated: neighbours.length > 0,
  }
  const others = neighbours.map((one) => createVariant(one, description))
  return { kind: 'file', variants: [createVariant(file, description), ...others] }
}
