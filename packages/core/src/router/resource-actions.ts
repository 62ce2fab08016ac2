import { ZzzError } from '../errors.ts'
import { describe } from '../internal/options.ts'
import type { AnyHandler } from './entry.ts'

/** The seven things a resource can be asked for. */
export type ResourceAction = 'index' | 'new' | 'create' | 'show' | 'edit' | 'update' | 'delete'

/** The handlers of a controller, whatever parameters they read. */
export type Handlers = { readonly [Action in ResourceAction]?: AnyHandler }

/** Actions with the methods and, below the resource's pattern, the path they answer; a member's has the parameter. */
export const actions: readonly (readonly [
  ResourceAction,
  methods: readonly string[],
  member: boolean,
  rest: string,
])[] = [
  ['index', ['GET'], false, ''],
  ['new', ['GET'], false, '/new'],
  ['create', ['POST'], false, ''],
  ['show', ['GET'], true, ''],
  ['edit', ['GET'], true, '/edit'],
  ['update', ['PUT', 'PATCH'], true, ''],
  ['delete', ['DELETE'], true, ''],
]

/** The names of all actions. */
export const actionNames: ReadonlySet<unknown> = new Set(actions.map(([name]) => name))

/** What other frameworks call an action: a controller with one of these and without ours is a slip. */
const synonyms: readonly (readonly [other: string, ResourceAction])[] = [
  ['list', 'index'],
  ['store', 'create'],
  ['destroy', 'delete'],
  ['remove', 'delete'],
]

/** Which of the controller's actions to route. */
export interface ActionChoice {
  readonly only?: readonly ResourceAction[] | undefined
  readonly except?: readonly ResourceAction[] | undefined
}

/**
 * The actions to route: those that `only` names, else those that the controller has and `except` does not name. Throws
 * `ZZZ_OPTION_INVALID` where that cannot be meant; `where` says in whose name.
 */
export function chooseActions(
  where: string,
  controller: Handlers,
  { only, except = [] }: ActionChoice,
): ReadonlySet<ResourceAction> {
  const refuse = (fault: string) => new ZzzError('ZZZ_OPTION_INVALID', `${where}: ${fault}`)
  if (typeof controller !== 'object' || controller === null) {
    throw refuse(`the controller has to be an object with handlers, got ${describe(controller)}`)
  }
  if (only !== undefined && except.length > 0) throw refuse('give "only" or "except", not both')
  const present = actions.map(([action]) => action).filter((action) => controller[action] !== undefined)
  if (present.length === 0) {
    const found = Object.keys(controller).join(', ') || 'nothing'
    throw refuse(`the controller has no handler, only ${found}; known are ${[...actionNames].join(', ')}`)
  }
  for (const [other, action] of synonyms) {
    if (!(other in controller) || present.includes(action)) continue
    throw refuse(`the controller has ${other}; here that action is called ${action}`)
  }
  const missing = only?.find((action) => !present.includes(action))
  if (missing !== undefined) throw refuse(`"only" names ${missing}, but the controller has no such handler`)
  return new Set((only ?? present).filter((action) => !except.includes(action)))
}
