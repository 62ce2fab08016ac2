import { type FormValues, nestFields } from './field-names.ts'
import type { UploadedFile } from './uploaded-file.ts'
import type { Field } from './urlencoded.ts'

/** A form that was read: its fields by name, and its files. */
export class Form {
  /** The fields, nested by their names: `user[name]` is `values.user.name`, `tags[]` a list. It has no prototype. */
  readonly values: FormValues
  /** The files in the order they came. */
  readonly files: readonly UploadedFile[]
  readonly #fields: readonly Field[]

  /** @internal */
  constructor(fields: readonly Field[], files: readonly UploadedFile[]) {
    this.values = nestFields(fields)
    this.files = files
    this.#fields = fields
  }

  /** The value of a field by its whole name (`user[name]`), the last one if there are several; undefined if none. */
  get(name: string): string | undefined {
    return this.#fields.findLast(([own]) => own === name)?.[1]
  }

  /** The values of all fields of a name, in order. */
  getAll(name: string): string[] {
    return this.#fields.filter(([own]) => own === name).map(([, value]) => value)
  }

  /** The file of a field, the last one if there are several; undefined if none was chosen. */
  file(name: string): UploadedFile | undefined {
    return this.files.findLast(({ field }) => field === name)
  }
}
