import { type FSWatcher, realpathSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** Options of `watchFiles`, in milliseconds. */
export interface FileWatchOptions {
  /** From the first sign of a change to the call. Default 200: several files are rarely written at once. */
  readonly delay?: number | undefined
  /** Between two looks without any sign, for file systems that give none. Default 60,000. */
  readonly poll?: number | undefined
}

/**
 * Calls `changed` when one of the files may have changed, and now and then without a sign; the callee looks. Folders are
 * watched instead of files, those behind links too: renaming a new file or link into place, as certbot and Kubernetes
 * do, ends a watch on the file itself. Never keeps the process alive.
 */
export function watchFiles(
  paths: readonly string[],
  changed: () => void,
  { delay = 200, poll = 60_000 }: FileWatchOptions = {},
): Disposable {
  const watchers = new Map<string, FSWatcher>()
  let pending: NodeJS.Timeout | undefined

  const sign = (): void => {
    pending ??= setTimeout(look, delay).unref()
  }
  const look = (): void => {
    pending = undefined
    watchFolders()
    changed()
  }
  const watchFolders = (): void => {
    const wanted = foldersOf(paths)
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const folder of wanted) if (!watchers.has(folder)) watchFolder(folder)
  }
  const watchFolder = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, sign)
      watchers.set(folder, watcher)
      // A folder that is removed ends its watch; the next look tries again.
      watcher.on('error', () => {
        watcher.close()
        watchers.delete(folder)
      })
    } catch {
      // It cannot be watched: the clock is what is left.
    }
  }

  watchFolders()
  const clock = setInterval(look, poll).unref()
  return {
    [Symbol.dispose]() {
      clearInterval(clock)
      clearTimeout(pending)
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}

/** The real folders of the paths as written and, where those are links, of what they lead to. */
function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = paths.flatMap((path) => [resolved(dirname(path)), dirname(resolved(path))])
  return new Set(folders)
}

function resolved(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
