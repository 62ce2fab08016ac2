import { createHash } from 'node:crypto'
import type { Context, Reply, UploadedFile } from '@zzz/core'

/** Says what came in a form: its fields, and of each file what the client claims and what it really is. */
export const receive = async (ctx: Context): Promise<Reply> => {
  const form = await ctx.form()
  return ctx.json({ fields: form.values, files: await Promise.all(form.files.map(describe)) })
}

async function describe(file: UploadedFile) {
  const { field, filename, type, size } = file
  const hash = createHash('sha256')
  for await (const bytes of file.stream()) hash.update(bytes)
  return { field, filename, type, size, sha256: hash.digest('hex') }
}
