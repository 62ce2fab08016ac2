import type { Context } from '../context/context.ts'
import type { HandlerResult, Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { middlewareRule, textRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules, type Rule } from '../internal/options.ts'
import type { AnyHandler, EntryOf, Needs, Prefixed } from './entry.ts'
import type { JoinPatterns, Params } from './params.ts'
import { type Path, patternOf } from './path.ts'
import {
  actionNames,
  actions,
  chooseActions,
  type Handlers,
  type ResourceAction,
} from './resource-actions.ts'
import { type LastSegment, lastSegment, type NestedParam, nestedParam } from './resource-names.ts'
import { type AnyRoute, createRoute } from './route.ts'
import { createScope, type Scope, type ScopeNode } from './scope.ts'

/** Options of `resources`. */
export interface ResourcesOptions<
  Only extends string = ResourceAction,
  Except extends string = ResourceAction,
  Param extends string = string,
  Name extends string = string,
  Nested extends string = string,
  R extends AnyRoute = AnyRoute,
> {
  /** The actions to route; not together with `except`. Default: those that the controller has. */
  only?: readonly Only[] | undefined
  /** Actions not to route although the controller has them. Default: none. */
  except?: readonly Except[] | undefined
  /** The name of the parameter that tells one from the other. Default `id`. */
  param?: Param | undefined
  /** What stands before the names of the routes. Default: the last segment of the pattern. */
  as?: Name | undefined
  /** Middleware around all routes, nested ones included. Default: none. */
  use?: readonly Middleware[] | undefined
  /** Routes below one of the resources: under `/posts/:postId`, named `posts.…`. Default: none. */
  nested?: readonly R[] | undefined
  /** What `nested` routes call this resource's parameter. Default: `postId` for `/posts`. */
  nestedParam?: Nested | undefined
}

/** Handlers by action, each with the parameters it reads. */
interface Controller<
  Index extends object,
  New extends object,
  Create extends object,
  Show extends object,
  Edit extends object,
  Update extends object,
  Delete extends object,
> {
  readonly index?: (ctx: Context<Index>) => HandlerResult
  readonly new?: (ctx: Context<New>) => HandlerResult
  readonly create?: (ctx: Context<Create>) => HandlerResult
  readonly show?: (ctx: Context<Show>) => HandlerResult
  readonly edit?: (ctx: Context<Edit>) => HandlerResult
  readonly update?: (ctx: Context<Update>) => HandlerResult
  readonly delete?: (ctx: Context<Delete>) => HandlerResult
}

/** The actions that a controller has. */
type ActionsOf<C> = keyof C & ResourceAction

/** The pattern of one of the resources: `/posts/:id`. */
type Member<Pattern extends string, Param extends string> = JoinPatterns<Pattern, `/:${Param}`>

interface ActionPaths<Param extends string> {
  index: '/'
  new: '/new'
  create: '/'
  show: `/:${Param}`
  edit: `/:${Param}/edit`
  update: `/:${Param}`
  delete: `/:${Param}`
}

type ActionEntries<Pattern extends string, C, Action, Param extends string, Name extends string> =
  Action extends ActionsOf<C>
    ? {
        path: JoinPatterns<Pattern, ActionPaths<Param>[Action]>
        needs: C[Action] extends (ctx: Context<infer P>) => HandlerResult ? Needs<P> : never
        name: `${Name}.${Action}`
      }
    : never

/**
 * The routes of a resource: GET /posts is `index`, GET /posts/new `new`, POST /posts `create`, GET /posts/:id `show`,
 * GET /posts/:id/edit `edit`, PUT and PATCH /posts/:id `update`, DELETE /posts/:id `delete`; named `posts.index` and so
 * on. A controller is any object with handlers of these names, a module too; what else it holds is left alone.
 *
 * Throws `ZZZ_ROUTE_PATTERN` for an invalid pattern and `ZZZ_OPTION_INVALID` for an unknown or impossible option: also
 * for an action in `only` that the controller does not have.
 *
 * ```ts
 * resources('/posts', posts, {
 *   only: ['index', 'show'],
 *   nested: [resources('/comments', comments)],     // /posts/:postId/comments, named posts.comments.index …
 * })
 * ```
 */
export function resources<
  const Pattern extends string,
  C extends object,
  const Only extends ActionsOf<C> = ActionsOf<C>,
  const Except extends ResourceAction = never,
  const Param extends string = 'id',
  const Name extends string = LastSegment<Pattern>,
  const Nested extends string = NestedParam<Pattern, Param>,
  const R extends AnyRoute = never,
  Index extends object = Params<Pattern>,
  New extends object = Params<Pattern>,
  Create extends object = Params<Pattern>,
  Show extends object = Params<Member<Pattern, Param>>,
  Edit extends object = Params<Member<Pattern, Param>>,
  Update extends object = Params<Member<Pattern, Param>>,
  Delete extends object = Params<Member<Pattern, Param>>,
>(
  pattern: Pattern | Path<Pattern>,
  controller: C & Controller<Index, New, Create, Show, Edit, Update, Delete>,
  options?: ResourcesOptions<Only, Except, Param, Name, Nested, R>,
): Scope<
  | ActionEntries<Pattern, C, Exclude<Only, Except>, Param, Name>
  | Prefixed<Member<Pattern, Nested>, Name, EntryOf<R>>
>
export function resources(
  pattern: string | Path<string>,
  controller: object,
  options: ResourcesOptions = {},
): ScopeNode {
  return createResources(pattern, controller as Handlers, options)
}

const actionsRule: Rule = [
  `a list of ${[...actionNames].join(', ')}`,
  (value) => Array.isArray(value) && value.every((action) => actionNames.has(action)),
]

const optionRules: OptionRules<ResourcesOptions> = {
  only: actionsRule,
  except: actionsRule,
  param: textRule,
  as: textRule,
  use: middlewareRule,
  nested: ['a list of routes', Array.isArray],
  nestedParam: textRule,
}

function createResources(
  given: string | Path<string>,
  controller: Handlers,
  options: ResourcesOptions,
): ScopeNode {
  const pattern = patternOf(given)
  const where = `Resources ${pattern}`
  checkOptions(where, options, optionRules)
  const { param = 'id', as = lastSegment(pattern), use, nested } = options
  if (!/^[^:*]/.test(as)) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `${where}: the pattern does not end in a name; give one with "as"`,
    )
  }
  const chosen = chooseActions(where, controller, options)
  const routes: AnyRoute[] = actions
    .filter(([action]) => chosen.has(action))
    .flatMap(([action, methods, member, rest]) => {
      const path = (member ? `/:${param}` : '') + rest || '/'
      return methods.map((method) =>
        createRoute(method, path, { as: action }, controller[action] as AnyHandler),
      )
    })
  if (nested !== undefined) {
    routes.push(createScope(`/:${options.nestedParam ?? nestedParam(pattern, param)}`, {}, nested))
  }
  return createScope(given, { as, use }, routes)
}
