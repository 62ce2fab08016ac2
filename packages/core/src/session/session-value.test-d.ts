// Type tests of session values: each thing that is accepted has a twin that is refused.
import type { Session } from './session.ts'
import { sessionValue } from './session-value.ts'

interface Cart {
  readonly items: readonly { readonly id: number; note?: string | undefined }[]
}

declare const session: Session
const visits = sessionValue<number>('visits')
const cart = sessionValue<Cart>('cart')
sessionValue<string | null>('a')
sessionValue<Record<string, boolean[]>>('b')

// What JSON would lose cannot be kept.
// @ts-expect-error a date
sessionValue<Date>('c')
// @ts-expect-error a map
sessionValue<Map<string, string>>('c')
// @ts-expect-error a function inside
sessionValue<{ run: () => void }>('c')
// @ts-expect-error a date inside a list
sessionValue<{ at: Date }[]>('c')
// @ts-expect-error a large integer
sessionValue<bigint>('c')

// The compiler says why.
const complaint: Parameters<typeof sessionValue<Date>>[0] =
  'JSON would lose this type: keep text, numbers, booleans, lists and plain objects'

const count: number | undefined = session.get(visits)
session.set(visits, (count ?? 0) + 1)
session.delete(visits)
session.set(cart, { items: [{ id: 1 }] })
// @ts-expect-error there may be none
const none: number = session.get(visits)
// @ts-expect-error another type
session.set(visits, '1')
// @ts-expect-error another shape
session.set(cart, { items: ['1'] })
// @ts-expect-error a value is changed by setting another
if (session.get(cart)) session.get(cart).items = []

export { complaint, none }
