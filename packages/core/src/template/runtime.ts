/** Everything that compiled templates call, under the names the compiler writes. */
export { later, list, part, repeat } from './runtime/blocks.ts'
export {
  formatDate as pipe_format_date,
  json as pipe_json,
  lower as pipe_lower,
  number as pipe_number,
  orDefault as pipe_default,
  pluralize as pipe_pluralize,
  truncate as pipe_truncate,
  upper as pipe_upper,
} from './runtime/built-in-pipes.ts'
export type { Compiled } from './runtime/compiled.ts'
export {
  attribute,
  comment,
  cssString,
  cssUrl,
  cssValue,
  json,
  raw,
  rawDynamic,
  srcdoc,
  srcset,
  text,
  textDynamic,
  url,
  urlOpen,
  urlQuery,
  urlRoot,
} from './runtime/encoders.ts'
export { collect } from './runtime/page.ts'
