import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this system's programs keep what can be made again: `zzz` in the user's folder for caches. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== '') return join(XDG_CACHE_HOME, 'zzz')
  if (process.platform === 'win32' && LOCALAPPDATA !== undefined) return join(LOCALAPPDATA, 'zzz', 'Cache')
  return join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'zzz')
}
