/**
 * The last segment of a pattern, which names a resource.
 *
 * ```ts
 * LastSegment<'/admin/posts'>   // 'posts'
 * ```
 */
export type LastSegment<Pattern extends string> = Pattern extends `${string}/${infer Rest}`
  ? LastSegment<Rest>
  : Pattern

/** `singularOf` on the level of types. */
export type Singular<Word extends string> = Word extends `${infer Stem}ies`
  ? `${Stem}y`
  : Word extends `${infer Stem}${'ss' | 'x' | 'ch' | 'sh'}es`
    ? Word extends `${Stem}${infer Ending}es`
      ? `${Stem}${Ending}`
      : never
    : Word extends `${string}ss`
      ? Word
      : Word extends `${infer Stem}s`
        ? Stem
        : Word

/** `camelCase` on the level of types. */
export type CamelCase<Text extends string> = Text extends `${infer Head}${'-' | '_'}${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text

/**
 * The name under which routes nested in a resource see its parameter.
 *
 * ```ts
 * NestedParam<'/blog-posts', 'id'>   // 'blogPostId'
 * ```
 */
export type NestedParam<
  Pattern extends string,
  Param extends string,
> = `${CamelCase<Singular<LastSegment<Pattern>>>}${Capitalize<Param>}`

/** The last segment of a pattern; see `LastSegment`. */
export function lastSegment(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('/') + 1)
}

/** The name under which routes nested in a resource see its parameter; see `NestedParam`. */
export function nestedParam(pattern: string, param: string): string {
  return camelCase(singularOf(lastSegment(pattern))) + param.charAt(0).toUpperCase() + param.slice(1)
}

/**
 * The singular of a regular English plural: `posts` to `post`, `categories` to `category`, `boxes` to `box`. Few rules
 * on purpose, since the types follow the same ones; a resource with another plural says its name itself.
 */
function singularOf(word: string): string {
  if (word.endsWith('ies')) return word.slice(0, -3) + 'y'
  if (/(?:ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  if (word.endsWith('ss') || !word.endsWith('s')) return word
  return word.slice(0, -1)
}

function camelCase(text: string): string {
  return text.replace(/[-_]+(.?)/g, (_, letter: string) => letter.toUpperCase())
}
