/** What a file system says when a client may as well be told that there is nothing. */
const codes: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'EACCES',
  'EPERM',
  'ENXIO',
  'EINVAL',
])

/** True for the error of a file that is not there, is no regular file, or may not be read by this process. */
export function isMissing(error: unknown): boolean {
  return codes.has((error as { code?: unknown } | null | undefined)?.code)
}
