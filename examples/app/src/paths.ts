import { path } from '@zzz/core'

export const userPath = path('/users/:id')
export const apiUserPath = path('/api/users/:id')
