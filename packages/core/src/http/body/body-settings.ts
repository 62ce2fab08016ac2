import { tmpdir } from 'node:os'
import { isAmount, isObject, isText } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, type Rule } from '../../internal/options.ts'

/** Limits of forms, and where their files wait. */
export interface FormOptions {
  /** Fields that a form may have, files not counted; more is 413. Default 1,000. */
  fields?: number | undefined
  /** Files that a form may have; more is 413. Default 20. */
  files?: number | undefined
  /** Bytes of one file; more is 413. Default: as many as `total` lets through. */
  fileSize?: number | undefined
  /** Bytes of a whole `multipart/form-data` body; more is 413. Default 32 MiB. */
  total?: number | undefined
  /** Bytes of files that one request may hold in memory; what goes beyond waits in temporary files. Default 256 KiB. */
  memory?: number | undefined
  /** The folder of temporary files; it has to be there. Default: the system's (`os.tmpdir()`). */
  directory?: string | undefined
}

/** What an application, a scope or a route says about request bodies; the inner one wins, option by option. */
export interface BodyOptions {
  /**
   * Bytes of a body that may be read into memory: JSON, text, bytes, urlencoded forms, the fields of a multipart form;
   * more is 413. Default 1 MiB.
   */
  bodyLimit?: number | undefined
  /** Limits of forms, and where their files wait. Default: those of `FormOptions`. */
  form?: FormOptions | undefined
}

/** Body options with every default filled in. */
export interface BodySettings {
  readonly bodyLimit: number
  readonly form: FormSettings
}

/** Form options with every default filled in. */
export type FormSettings = { readonly [Name in keyof FormOptions]-?: Exclude<FormOptions[Name], undefined> }

/** What holds where nothing is said. */
export const defaultBodySettings: BodySettings = Object.freeze({
  bodyLimit: 1024 * 1024,
  form: Object.freeze({
    fields: 1000,
    files: 20,
    fileSize: Number.POSITIVE_INFINITY,
    total: 32 * 1024 * 1024,
    memory: 256 * 1024,
    directory: tmpdir(),
  }),
})

const isLimit = (value: unknown) => value === Number.POSITIVE_INFINITY || isAmount(value)
const bytesRule: Rule = ['a whole number of bytes, or Infinity', isLimit]
const countRule: Rule = ['a whole number, or Infinity', isLimit]

/** The rules of body options, for whoever takes them among options of its own. Their `form` is checked by `checkForm`. */
export const bodyRules: OptionRules<BodyOptions> = {
  bodyLimit: bytesRule,
  form: ['an object with options', isObject],
}

/** The rules of form options. */
export const formRules: OptionRules<FormOptions> = {
  fields: countRule,
  files: countRule,
  fileSize: bytesRule,
  total: bytesRule,
  memory: bytesRule,
  directory: ['the path of a folder', isText],
}

/** Refuses unknown and impossible form options with `ZZZ_OPTION_INVALID`. */
export function checkForm(where: string, options: BodyOptions): void {
  if (options.form !== undefined) checkOptions(`${where}, form`, options.form, formRules)
}

/** Only the body options of a place's options. */
export function toBodyOptions({ bodyLimit, form }: BodyOptions): BodyOptions {
  return Object.freeze({
    ...(bodyLimit !== undefined && { bodyLimit }),
    ...(form !== undefined && { form: Object.freeze({ ...form }) }),
  })
}

/** The options of an inner place over those of the places around it. */
export function mergeBodyOptions(outer: BodyOptions, inner: BodyOptions): BodyOptions {
  if (inner.bodyLimit === undefined && inner.form === undefined) return outer
  return {
    bodyLimit: inner.bodyLimit ?? outer.bodyLimit,
    form: { ...outer.form, ...given(inner.form) },
  }
}

/** Options over settings; the very same settings where there are none. */
export function withBodyOptions(settings: BodySettings, options: BodyOptions): BodySettings {
  if (options.bodyLimit === undefined && options.form === undefined) return settings
  return Object.freeze({
    bodyLimit: options.bodyLimit ?? settings.bodyLimit,
    form: withFormOptions(settings.form, options.form),
  })
}

/** Form options over settings. */
function withFormOptions(settings: FormSettings, options: FormOptions | undefined): FormSettings {
  return Object.freeze({ ...settings, ...given(options) })
}

/** Without what was given as undefined, which counts as not given. */
function given(options: FormOptions = {}): Partial<FormSettings> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
