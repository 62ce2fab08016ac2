import { ZzzError } from '../../errors.ts'
import { checkOptions } from '../../internal/options.ts'
import type { BodySource } from '../body-source.ts'
import type { HeaderList } from '../header-list.ts'
import type { Outcome } from '../outcome.ts'
import { type BodySettings, formRules, withBodyOptions } from './body-settings.ts'
import { parseContentType, refuseContentCoding, typeOf } from './content-type.ts'
import { Form } from './form.ts'
import { expectMultipart, type FormPart, readParts } from './parts.ts'
import type { ReadFormOptions, ReadOptions } from './read-options.ts'
import { TemporaryFiles } from './temporary-files.ts'
import { decodeUtf8, isUtf8Name } from './text.ts'
import { storeUpload, type UploadedFile, type UploadStore } from './uploaded-file.ts'
import { type Field, parseUrlencoded } from './urlencoded.ts'

/** What reading a form needs of a request. */
export interface FormSource {
  readonly headers: HeaderList
  readonly bodySettings: BodySettings
  bytes(options: ReadOptions): Promise<Uint8Array>
  /** The body while it arrives, or what was buffered of it. */
  source(): Promise<BodySource>
  onSettled(listener: (outcome: Outcome) => unknown): void
}

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data'

/** True for the content types of forms. */
export function isFormType(type: string): boolean {
  return type === urlencoded || type === multipart
}

/** True where a body calls itself a form. */
export function isForm(headers: HeaderList): boolean {
  return isFormType(typeOf(headers))
}

/** Reads the form in a body; see `Request.form`. */
export async function readForm(request: FormSource, options: ReadFormOptions): Promise<Form> {
  const settings = withOptions(request.bodySettings, options)
  const value = request.headers.get('content-type')
  const parsed = parseContentType(value)
  if (parsed?.type === multipart) return readMultipart(request, settings)
  if (parsed?.type === urlencoded) {
    refuseContentCoding(request.headers)
    refuseCharset(parsed.parameters?.get('charset'))
    const bytes = await request.bytes({ limit: settings.bodyLimit })
    return new Form(parseUrlencoded(decodeUtf8(bytes, 'the form'), settings.form.fields), [])
  }
  throw new ZzzError('ZZZ_BODY_TYPE', `Expected a form, got content type ${JSON.stringify(value ?? '')}`, {
    headers: { accept: `${urlencoded}, ${multipart}` },
  })
}

/** The parts of a multipart form; see `Request.parts`. */
export async function* readFormParts(
  request: FormSource,
  options: ReadFormOptions,
): AsyncGenerator<FormPart, void, void> {
  const { form, bodyLimit } = withOptions(request.bodySettings, options)
  const boundary = expectMultipart(request.headers)
  yield* readParts(await request.source(), boundary, form, bodyLimit)
}

function withOptions(settings: BodySettings, { limit, ...form }: ReadFormOptions): BodySettings {
  checkOptions('request.form', form, formRules)
  return withBodyOptions(settings, { bodyLimit: limit, form })
}

/** An urlencoded form is ASCII that stands for UTF-8 (WHATWG URL section 5.1). */
function refuseCharset(charset: string | undefined): void {
  if (charset === undefined || isUtf8Name(charset)) return
  throw new ZzzError('ZZZ_BODY_TYPE', `Forms are sent in UTF-8, not in ${JSON.stringify(charset)}`)
}

async function readMultipart(request: FormSource, { form, bodyLimit }: BodySettings): Promise<Form> {
  const boundary = expectMultipart(request.headers)
  const source = await request.source()
  const temporary = new TemporaryFiles(form.directory)
  request.onSettled(() => temporary.remove())
  try {
    return await gather(readParts(source, boundary, form, bodyLimit), {
      memory: form.memory,
      files: temporary,
    })
  } catch (error) {
    await temporary.remove()
    throw error
  }
}

async function gather(parts: AsyncIterable<FormPart>, store: UploadStore): Promise<Form> {
  const fields: Field[] = []
  const files: UploadedFile[] = []
  for await (const part of parts) {
    if (part.kind === 'field') {
      fields.push([part.field, part.value])
      continue
    }
    const file = await storeUpload(part, store)
    // What browsers send for an input where no file was chosen.
    if (file.size > 0 || file.filename !== '') files.push(file)
  }
  return new Form(fields, files)
}
