import { assign } from '../context/assign.ts'
import { Context, type ContextSettings } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import type { BodySettings, FormSettings } from '../http/body/body-settings.ts'
import { isForm } from '../http/body/read-form.ts'
import type { Reply } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import type { Matcher, MatcherEntry } from '../router/matcher.ts'
import { compose } from './compose.ts'
import { runTraced } from './trace-request.ts'

/** The methods that a form may ask for: those that HTML has no way to send. */
const methods = ['PUT', 'PATCH', 'DELETE'] as const

/** What overriding needs of an application. */
export interface MethodOverrideParts {
  readonly handle: (request: Request) => MaybePromise<Reply>
  readonly matcher: Matcher<MatcherEntry & { readonly bodySettings: BodySettings }>
  readonly use: readonly Middleware[]
  readonly settings: ContextSettings
}

const failureKey = assign<unknown>('failure')

/**
 * Lets forms stand for methods that HTML cannot send: a POST whose field `_method` says PUT, PATCH or DELETE is handled as
 * that. It stands before routing, since the method decides the route; so that no other body is read early, only forms are,
 * and only where the path has a route that one could mean.
 */
export function withMethodOverride({
  handle,
  matcher,
  use,
  settings,
}: MethodOverrideParts): (request: Request) => MaybePromise<Reply> {
  const fail = compose(
    use,
    (ctx) => {
      throw ctx.get(failureKey)
    },
    'a form that cannot be read',
  )

  async function override(request: Request, choices: readonly BodySettings[]): Promise<Reply> {
    request.bodySettings = mostGenerous(choices)
    let asked: string | undefined
    try {
      asked = (await request.form()).get('_method')?.toUpperCase()
    } catch (error) {
      const ctx = new Context<object>(request, {}, undefined, settings)
      ctx.set(failureKey, error)
      return runTraced(fail, ctx)
    }
    const method = methods.find((name) => name === asked)
    if (method !== undefined) (request as { method: string }).method = method
    return handle(request)
  }

  return (request) => {
    if (request.method !== 'POST' || !isForm(request.headers)) return handle(request)
    const choices = routesFor(request.path, methods)
    if (choices.length === 0) return handle(request)
    return override(request, [...routesFor(request.path, ['POST']), ...choices])
  }

  /** How the routes of a path read bodies, which have one of these methods by name. */
  function routesFor(path: string, names: readonly string[]): BodySettings[] {
    return names.flatMap((name) => {
      const match = matcher.match(name, path)
      return match.kind === 'found' && match.entry.method === name ? [match.entry.bodySettings] : []
    })
  }
}

/** Before the form is read nobody knows which of the routes it means, so the largest of their limits hold. */
function mostGenerous(choices: readonly BodySettings[]): BodySettings {
  const most = (limit: (settings: BodySettings) => number) => Math.max(...choices.map(limit))
  const { directory } = (choices[0] as BodySettings).form
  const form: FormSettings = {
    fields: most(({ form }) => form.fields),
    files: most(({ form }) => form.files),
    fileSize: most(({ form }) => form.fileSize),
    total: most(({ form }) => form.total),
    memory: most(({ form }) => form.memory),
    directory,
  }
  return { bodyLimit: most(({ bodyLimit }) => bodyLimit), form }
}
