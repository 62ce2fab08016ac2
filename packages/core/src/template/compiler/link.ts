import type { Analysed } from '../analysis.ts'
import type { Pipe } from '../pipes.ts'
import type { Compiled } from '../runtime/compiled.ts'
import * as runtime from '../runtime.ts'
import { compile } from './compiler.ts'

/** Makes functions of the code of a template and of those it puts in. */
export function link(
  name: string,
  templates: ReadonlyMap<string, Analysed>,
  pipes: Readonly<Record<string, Pipe>>,
  done: Map<string, Compiled>,
): Compiled {
  const known = done.get(name)
  if (known !== undefined) return known
  const { template, escaping, readsShared, source } = templates.get(name) as Analysed
  const code = compile(template, escaping, readsShared)
  const others = [...code.templates].map(
    ([variable, other]) => [variable, link(other, templates, pipes, done)] as const,
  )
  const available: Readonly<Record<string, unknown>> = { ...runtime, pipes }
  const names = [...code.runtime, 'pipes']
  const body = `"use strict"\n${code.declarations}\nreturn ${code.object}\n//# sourceURL=${encodeURI(source.file)}.js`
  const make = new Function(...names, ...others.map(([variable]) => variable), body)
  const compiled = make(
    ...names.map((one) => available[one]),
    ...others.map(([, other]) => other),
  ) as Compiled
  done.set(name, compiled)
  return compiled
}
