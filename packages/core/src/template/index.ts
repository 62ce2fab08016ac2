export { Html, raw } from './html.ts'
export { type HtmlValue, html } from './html-tag.ts'
export { definePipes, type Pipe } from './pipes.ts'
export type { Problem, ProblemCode } from './problem.ts'
export type { Compiled } from './runtime/compiled.ts'
export { type Comprehension, type Dynamic, joinRendered, type Rendered } from './runtime/rendered.ts'
export { TemplateError } from './template-error.ts'
export type {
  Absent,
  Check,
  Comparable,
  Datelike,
  Each,
  Json,
  Later,
  Link,
  Numeric,
  Ordered,
  PipeArity,
  PipeInput,
  PipeOption,
  PipeOutput,
  Place,
  Plain,
  Printable,
  Reads,
  Text,
  Value,
} from './types.ts'
export {
  type AnyLayout,
  createLayout,
  createView,
  type Layout,
  type Renderable,
  type View,
  type ViewArguments,
  type ViewOptions,
} from './view.ts'
