import type { Context } from '../../context/context.ts'
import type { HandlerResult, Middleware, Next } from '../../context/middleware.ts'
import { otherMethod, readOnly } from '../../context/other-method.ts'
import { acceptedCodings } from '../../http/content-coding.ts'
import { fileReply, selectParts } from '../../http/file/file-reply.ts'
import { isMissing } from '../../http/file/missing-file.ts'
import type { Reply } from '../../http/reply.ts'
import type { Request } from '../../http/request.ts'
import { isPromise, type MaybePromise } from '../../internal/maybe-promise.ts'
import { pathBelow } from './path-below.ts'
import { loadResource, type Resource, resourceCost } from './resource.ts'
import { RevalidatingCache } from './revalidating-cache.ts'
import { type StaticFilesOptions, toSettings } from './static-options.ts'
import { openVariant, type Variant } from './variant.ts'

/** A larger file is read anew for each client, as it takes it. */
const largestInMemory = 256 * 1024

/**
 * Serves the files of a folder: with types, entity tags, conditions, ranges, compressed neighbours and `Cache-Control`.
 * Small files are kept in memory and looked at again after `maxStale`; large ones are read as the client takes them.
 *
 * What is not below the root, with symbolic links followed, is not found, nor are names that begin with a dot. Throws
 * `ZZZ_OPTION_INVALID` at start, also when the root is no folder.
 *
 * ```ts
 * createApp({ use: [staticFiles({ root: new URL('../public/', import.meta.url) })], routes })
 * ```
 */
export function staticFiles(options: StaticFilesOptions): Middleware {
  const settings = toSettings(options)
  const { prefix, fallthrough, memory, clock } = settings
  const inMemory = Math.min(largestInMemory, Math.floor(memory / 8)) || -1
  const resources = new RevalidatingCache<Resource>({
    load: (path, previous) => loadResource(path, previous, { ...settings, inMemory }),
    cost: resourceCost,
    limit: memory,
    clock,
  })

  return function staticFiles(ctx, next) {
    const { method, path } = ctx.request
    const isBare = path === prefix
    const below = isBare ? '' : pathBelow(path, prefix)
    if (below === undefined) return next()
    if (method !== 'GET' && method !== 'HEAD')
      return fallthrough ? afterOthers(ctx, next, below) : otherMethod(ctx, readOnly)
    const resource = find(ctx, below)
    const answer = (found: Resource) => respond(ctx, next, isBare ? withoutSlash(found) : found)
    return isPromise(resource) ? resource.then(answer) : answer(resource)
  }

  function find(ctx: Context, below: string): MaybePromise<Resource> {
    return resources.get(below, settings.maxStale ?? (ctx.app.environment === 'development' ? 0 : 1000))
  }

  /** A file takes only what reads it, and so does a folder; but a route may take what it likes at the same path. */
  async function afterOthers(ctx: Context, next: Next, below: string): Promise<Reply> {
    const reply = await next()
    if (ctx.route !== undefined || reply.statusCode !== 404) return reply
    return (await find(ctx, below)).kind === 'missing' ? reply : otherMethod(ctx, readOnly)
  }

  function respond(ctx: Context, next: Next, resource: Resource): HandlerResult {
    if (resource.kind === 'missing') return miss(ctx, next)
    if (resource.kind === 'folder') return redirectToFolder(ctx)
    const reply = variantReply(ctx.request, chooseVariant(ctx.request, resource.variants))
    if (!isPromise(reply)) return reply
    return reply.catch((error: unknown) => {
      if (isMissing(error)) return miss(ctx, next)
      throw error
    })
  }

  function miss(ctx: Context, next: Next): MaybePromise<Reply> {
    return fallthrough ? next() : ctx.notFound()
  }
}

/** The root folder by its prefix alone: its index needs the slash, like that of any folder. */
function withoutSlash(root: Resource): Resource {
  return root.kind === 'file' ? { kind: 'folder' } : root
}

/** The variant whose coding the client likes best; the plain one for a client that takes none of them. */
function chooseVariant(request: Request, variants: readonly [Variant, ...Variant[]]): Variant {
  if (variants.length === 1) return variants[0]
  for (const coding of acceptedCodings(request.headers.get('accept-encoding'))) {
    const variant = variants.find((one) => one.coding === coding)
    if (variant !== undefined) return variant
  }
  return variants[0]
}

function variantReply(request: Request, variant: Variant): MaybePromise<Reply> {
  const { content } = variant.file
  const selection = selectParts(request, variant)
  if (content !== undefined || selection === 'not-modified' || request.method === 'HEAD') {
    return fileReply(request, variant, selection, content)
  }
  return openedReply(request, variant)
}

async function openedReply(request: Request, known: Variant): Promise<Reply> {
  const { variant, content } = await openVariant(known)
  let sent = false
  try {
    const selection = selectParts(request, variant)
    sent = selection !== 'not-modified'
    return fileReply(request, variant, selection, content)
  } finally {
    if (!sent) await content.close()
  }
}

function redirectToFolder(ctx: Context): Reply {
  const { path, queryString } = ctx.request
  const query = queryString === '' ? '' : `?${queryString}`
  // Permanent, as the folder is; but it may become a file, so caches ask again.
  return ctx.redirect(`${path}/${query}`, 301).header('cache-control', 'no-cache')
}
