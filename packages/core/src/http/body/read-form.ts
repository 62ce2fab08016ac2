import { ZzzError } from '../../errors.ts'
import { checkOptions } from '../../internal/options.ts'
import type { HeaderList } from '../header-list.ts'
import {
  type BodySettings,
  type FormOptions,
  type FormSettings,
  formRules,
  withFormOptions,
} from './body-settings.ts'
import { parseContentType, refuseContentCoding } from './content-type.ts'
import { Form } from './form.ts'
import { decodeUtf8, isUtf8Name } from './text.ts'
import { parseUrlencoded } from './urlencoded.ts'

/** What reading a form needs of a request. */
export interface FormSource {
  readonly headers: HeaderList
  readonly bodySettings: BodySettings
  bytes(options: { limit?: number | undefined }): Promise<Uint8Array>
}

/** Form options, and the bytes that may be read into memory. */
interface Options extends FormOptions {
  limit?: number | undefined
}

/** True for the content types of forms. */
export function isFormType(type: string): boolean {
  return type === 'application/x-www-form-urlencoded'
}

/** Reads the form in a body; see `Request.form`. */
export async function readForm(request: FormSource, options: Options): Promise<Form> {
  const { limit, ...formOptions } = options
  checkOptions('form()', formOptions, formRules)
  const settings = withFormOptions(request.bodySettings.form, formOptions)
  refuseContentCoding(request.headers)
  const value = request.headers.get('content-type')
  const parsed = parseContentType(value)
  if (parsed?.type === 'application/x-www-form-urlencoded') {
    refuseCharset(parsed.parameters?.get('charset'))
    return readUrlencoded(await request.bytes({ limit }), settings)
  }
  throw new ZzzError('ZZZ_BODY_TYPE', `Expected a form, got content type ${JSON.stringify(value ?? '')}`, {
    headers: { accept: 'application/x-www-form-urlencoded' },
  })
}

/** An urlencoded form is ASCII that stands for UTF-8 (WHATWG URL section 5.1). */
function refuseCharset(charset: string | undefined): void {
  if (charset === undefined || isUtf8Name(charset)) return
  throw new ZzzError('ZZZ_BODY_TYPE', `Forms are sent in UTF-8, not in ${JSON.stringify(charset)}`)
}

function readUrlencoded(bytes: Uint8Array, settings: FormSettings): Form {
  return new Form(parseUrlencoded(decodeUtf8(bytes, 'the form'), settings.fields))
}
