import { path } from '@zzz/core'

export const userPath = path('/users/:id')
