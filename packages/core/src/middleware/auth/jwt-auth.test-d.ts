import { assign } from '../../context/assign.ts'
import { bearerAuth } from './bearer-auth.ts'
import type { JwtClaims } from './jwt/claims.ts'
import { jwtAuth } from './jwt-auth.ts'

interface User {
  readonly name: string
}
const user = assign<User>('user')
const claims = assign<JwtClaims>('claims')

bearerAuth({ verify: (): User | undefined => undefined, as: user })
bearerAuth({ verify: async (token) => token === 'x' && { name: 'Ada' }, as: user })
// @ts-expect-error: the principal is not what the key holds
bearerAuth({ verify: () => 'Ada', as: user })

jwtAuth({ secret: 'x', as: claims })
jwtAuth({ secret: 'x', principal: ({ sub }) => sub !== undefined && { name: sub }, as: user })
// @ts-expect-error: claims are no user
jwtAuth({ secret: 'x', as: user })
// @ts-expect-error: a text is no user
jwtAuth({ secret: 'x', principal: ({ sub }) => sub, as: user })
