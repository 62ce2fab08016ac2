/** Where a file stands in the house. */
export interface Place {
  /** `packages/core`, `examples/app`, `bench`, `tests` or `scripts`. */
  readonly area: string
  /** The package's folder name; undefined outside `packages/`. */
  readonly package: string | undefined
  /** The folder or root file of the package's `src`: `http`, `errors`. */
  readonly folder: string | undefined
  /** The folder or file inside that folder, without extension: `logger` of `middleware/logger.ts`. */
  readonly member: string | undefined
  /** True for files that are not published: tests, contract suites, type tests. */
  readonly test: boolean
}

/** Reads a path from the repository's root. */
export function placeOf(path: string): Place {
  const parts = path.split('/')
  const grouped = parts[0] === 'packages' || parts[0] === 'examples'
  const inSource = parts[0] === 'packages' && parts[2] === 'src'
  return {
    area: parts.slice(0, grouped ? 2 : 1).join('/'),
    package: parts[0] === 'packages' ? parts[1] : undefined,
    folder: inSource ? stem(parts[3]) : undefined,
    member: inSource ? stem(parts[4]) : undefined,
    test: /\.(?:test|suite|test-d)\.[mc]?[jt]s$/.test(path),
  }
}

/** How messages name a place: `core/http`, `client`, `examples/app`. */
export function nameOf({ area, package: name, folder }: Place): string {
  if (name === undefined) return area
  return folder === undefined ? name : `${name}/${folder}`
}

function stem(name: string | undefined): string | undefined {
  return name?.split('.')[0]
}
