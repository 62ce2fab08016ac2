import { type ChildProcess, execFile, spawnSync } from 'node:child_process'

/** What a program printed, and how it ended. */
export interface Run {
  readonly stdout: string
  readonly stderr: string
  /** The exit code; null when a signal ended it. */
  readonly code: number | null
}

/**
 * For the option `skip` of a test: false when the program is installed, else why the test is skipped, which is said
 * aloud. Throws under CI, where nothing may be missing.
 */
export function without(program: string, debianPackage: string = program): string | false {
  // Programs disagree about how their version is asked for; all that counts is that there is one to start.
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined) return false
  const reason = `${program} is not installed (apt-get install ${debianPackage})`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`SKIPPED: ${reason}`)
  return reason
}

/** Runs a program to its end, with text for its standard input; a code other than 0 is no error. */
export function run(program: string, args: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = execFile(
      program,
      args,
      { timeout: 20_000, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code
        if (typeof code === 'string') reject(error)
        else resolve({ stdout, stderr, code: code ?? null })
      },
    )
    child.stdin?.on('error', () => {}).end(input)
  })
}
