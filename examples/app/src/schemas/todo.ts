import { boolean, cast, id, type Params, schema, text } from '@zzz/db'

/** A thing to be done. */
export const Todo = schema('todos', { id: id(), text: text(), done: boolean().default(false) })

/** What a visitor says of a new todo. */
export const todoChangeset = (params: Params) =>
  cast(Todo, params, ['text'])
    .validateRequired(['text'], { message: 'Please say what is to be done.' })
    .validateLength('text', { max: 200, message: 'Please say it in 200 characters.' })
