import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isMissing } from './missing-file.ts'

/** Which names that begin with a dot may be sent: none (false), all (true), or these. */
export type Dotfiles = boolean | readonly string[]

/**
 * True for a relative path, decoded and with forward slashes, that names something below the folder it is joined to and
 * means the same on every system: no empty segment, `.` or `..`, no backslash, no NUL, no hidden file unless `dotfiles`
 * allows it. A slash in front (an absolute path) makes an empty segment.
 */
export function isSafePath(path: string, dotfiles: Dotfiles): boolean {
  if (path.includes('\0') || path.includes('\\')) return false
  return path.split('/').every((segment) => isSafeSegment(segment, dotfiles))
}

function isSafeSegment(segment: string, dotfiles: Dotfiles): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false
  // Windows: `C:`, alternate streams, and names that it shortens.
  if (sep === '\\' && (/:/.test(segment) || /[. ]$/.test(segment))) return false
  if (!segment.startsWith('.')) return true
  return typeof dotfiles === 'boolean' ? dotfiles : dotfiles.includes(segment)
}

/**
 * Where a safe path really is, symbolic links followed; undefined when it does not exist or a link leads out of `root`.
 * Rejects with Node's error when the file system fails otherwise.
 */
export async function locateFile(root: string, path: string): Promise<string | undefined> {
  try {
    const [base, file] = await Promise.all([realpath(root), realpath(join(root, path))])
    return file === base || file.startsWith(base.endsWith(sep) ? base : base + sep) ? file : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
