/** The environment the process runs in: `ZZZ_ENV`, else `NODE_ENV`, else `production`, so that forgetting it is safe. */
export function currentEnvironment(): string {
  return process.env.ZZZ_ENV || process.env.NODE_ENV || 'production'
}
