import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildViews } from '@zzz/core/template/build'

const sources = ['table', 'page'].map((name) =>
  readFileSync(new URL(`./views/${name}.html.zzz`, import.meta.url), 'utf8'),
)

/** Milliseconds, by the clock and of the processor, in which so many templates become modules and types. */
export async function compileTime(templates: number): Promise<{ wall: number; cpu: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'zzz-bench-'))
  try {
    const views = join(folder, 'views')
    mkdirSync(views)
    for (let index = 0; index < templates; index++) {
      writeFileSync(join(views, `view${index}.html.zzz`), sources[index % sources.length] as string)
    }
    const before = process.cpuUsage()
    const start = performance.now()
    await buildViews({ root: views })
    const { user, system } = process.cpuUsage(before)
    return { wall: performance.now() - start, cpu: (user + system) / 1000 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
