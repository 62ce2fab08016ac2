import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import {
  array,
  bigint,
  boolean,
  bytes,
  date,
  datetime,
  datetimeUs,
  decimal,
  enumeration,
  float,
  id,
  integer,
  json,
  string,
  text,
  time,
  uuid,
} from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { cast, change } from './changeset.ts'
import { formatError } from './field-error.ts'

const User = schema('users', {
  id: id(),
  email: text(),
  name: text().nullable(),
  age: integer().nullable(),
  price: decimal(6, 2).nullable(),
  active: boolean().default(true),
  tags: json<string[]>().nullable(),
  password: text().virtual().redacted(),
})
const ada = { id: 1, email: 'ada@x', name: 'Ada', age: 36, price: '1.50', active: true, tags: null }

describe('cast', () => {
  it('takes the named fields and nothing else', () => {
    const params = { email: 'a@b', age: '7', id: 99, isAdmin: true, __proto__: { name: 'inherited' } }
    const changeset = cast(User, params, ['email', 'age', 'name'])
    assert.deepEqual(changeset.changes, { email: 'a@b', age: 7 })
    assert.equal(changeset.valid, true)
    assert.throws(() => cast(User, params, ['nope' as never]), {
      code: 'ZZZ_DB_SCHEMA',
      message: /"nope"; known are id/,
    })
    assert.throws(() => cast(User, params, ['toString' as never]), { code: 'ZZZ_DB_SCHEMA' })
    assert.throws(() => cast(User, null as never, []), { code: 'ZZZ_DB_QUERY' })
  })

  it('makes values of every type from what forms and JSON say, and refuses the rest', () => {
    const Thing = schema('things', {
      integer: integer(),
      bigint: bigint(),
      float: float(),
      decimal: decimal(6, 2),
      boolean: boolean(),
      text: text(),
      uuid: uuid(),
      enumeration: enumeration('a', 'b'),
      date: date(),
      time: time(),
      datetime: datetime(),
      datetimeUs: datetimeUs(),
      json: json(),
      bytes: bytes(),
      array: array(text()),
    })
    type Case = readonly [
      keyof typeof Thing.fields,
      readonly (readonly [input: unknown, value: unknown])[],
      readonly unknown[],
    ]
    const upper = 'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6'
    const cases: readonly Case[] = [
      [
        'integer',
        [
          ['5', 5],
          [' -7 ', -7],
          [5, 5],
        ],
        ['5.5', 'x', '1e3', '0x10', 2 ** 53, '9007199254740993', {}, [5], true],
      ],
      [
        'bigint',
        [
          ['9007199254740993', 9007199254740993n],
          [5, 5n],
          [5n, 5n],
        ],
        ['x', 1.5, '9'.repeat(25)],
      ],
      [
        'float',
        [
          ['1.5', 1.5],
          ['-2e3', -2000],
          ['.5', 0.5],
          [7, 7],
        ],
        ['1,5', 'NaN', 'Infinity', Number.NaN],
      ],
      [
        'decimal',
        [
          ['1.5', '1.50'],
          [2, '2.00'],
          [' 3 ', '3.00'],
        ],
        ['1.555', 'x', 1e21, {}],
      ],
      [
        'boolean',
        [
          ['true', true],
          ['on', true],
          ['0', false],
          [false, false],
        ],
        ['yes', 2, {}],
      ],
      [
        'text',
        [
          ['a', 'a'],
          [' a ', ' a '],
        ],
        [5, {}, ['a'], 'a\0', '\ud800'],
      ],
      ['uuid', [[upper, upper.toLowerCase()]], ['x', 5]],
      ['enumeration', [['a', 'a']], ['c', 'toString', 1]],
      ['date', [['2024-02-29', '2024-02-29']], ['2023-02-29', '2023', 5]],
      [
        'time',
        [
          ['09:30:00.500', '09:30:00.5'],
          ['09:30', '09:30:00'],
        ],
        ['25:00:00', '25:00', '9:30'],
      ],
      [
        'datetime',
        [
          ['2026-03-01T10:00', new Date('2026-03-01T10:00Z')],
          ['2026-03-01T10:00:00.5+02:00', new Date('2026-03-01T08:00:00.5Z')],
          [new Date(5), new Date(5)],
        ],
        ['yesterday', '2026-02-30T10:00', '2026-03-01', new Date(Number.NaN), 5],
      ],
      [
        'datetimeUs',
        [
          ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000000Z'],
          ['2026-03-01T10:00', '2026-03-01T10:00:00.000000Z'],
          ['2026-03-01 00:30:00.123456+02:00', '2026-02-28T22:30:00.123456Z'],
        ],
        ['2026-03-01', '2026-03-01T10:00:00.1234567Z', '2026-02-30T10:00', '9999-12-31T23:59-02:00', 5],
      ],
      [
        'json',
        [
          [{ a: 1 }, { a: 1 }],
          ['"x"', '"x"'],
          [[], []],
        ],
        [() => {}, 'a\0'],
      ],
      ['bytes', [[new Uint8Array([1]), new Uint8Array([1])]], ['AQ==', [1]]],
      ['array', [[['a'], ['a']]], ['a', [5]]],
    ]
    for (const [field, good, bad] of cases) {
      for (const [input, value] of good) {
        const changeset = cast(Thing, { [field]: input }, [field])
        assert.deepEqual(
          [changeset.errors, changeset.changes],
          [{}, { [field]: value }],
          `${field} ${inspect(input)}`,
        )
      }
      for (const input of bad) {
        const changeset = cast(Thing, { [field]: input }, [field])
        assert.deepEqual(changeset.changes, {}, `${field} ${inspect(input)}`)
        assert.equal(changeset.errors[field]?.[0]?.message, 'is invalid')
      }
    }
  })

  it('says of a text that is too long for its type how long it may be', () => {
    const Tag = schema('tags', { name: string(3) })
    const errors = (name: unknown) =>
      cast(Tag, { name }, ['name']).validateLength('name', { max: 3 }).traverseErrors()
    assert.deepEqual(errors('😀😀😀'), {})
    assert.deepEqual(errors('😀😀😀😀'), { name: ['should be at most 3 characters'] })
    assert.deepEqual(errors('a\0'), { name: ['is invalid'] })
    assert.deepEqual(errors(['a']), { name: ['is invalid'] })
  })

  it('refuses what is no JSON, circles and bigints too', () => {
    const Note = schema('notes', { meta: json() })
    const circle: Record<string, unknown> = {}
    circle.self = circle
    for (const meta of [circle, { big: 1n }]) {
      assert.deepEqual(cast(Note, { meta }, ['meta']).traverseErrors(), { meta: ['is invalid'] })
    }
  })

  it('takes spaces and null for null, where there may be one', () => {
    assert.deepEqual(cast(User, { name: '  ', age: '' }, ['name', 'age']).changes, { name: null, age: null })
    const blank = cast(User, { email: ' ' }, ['email'])
    assert.deepEqual(blank.traverseErrors(), { email: [`can't be blank`] })
    // Named once, though it is required as well.
    assert.deepEqual(blank.validateRequired(['email']).traverseErrors(), { email: [`can't be blank`] })
    // A new row has a default, one that is there has not.
    assert.deepEqual(cast(User, { active: '' }, ['active']).errors, {})
    assert.deepEqual(Object.keys(change(User, ada).cast({ active: null }, ['active']).errors), ['active'])
  })

  it('counts only what differs from the row as a change', () => {
    const params = { email: 'ada@x', age: '36', price: '1.5', active: 'on', name: 'Lovelace' }
    const changeset = change(User, ada).cast(params, ['email', 'age', 'price', 'active', 'name'])
    assert.deepEqual(changeset.changes, { name: 'Lovelace' })
    assert.deepEqual(changeset.cast({ name: 'Ada' }, ['name']).changes, {})
    assert.equal(changeset.get('name'), 'Lovelace')
    assert.equal(changeset.get('email'), 'ada@x')
    assert.deepEqual(changeset.applyChanges(), { ...ada, name: 'Lovelace' })
  })
})

describe('validations', () => {
  const errors = (changeset: { traverseErrors(): unknown }) => changeset.traverseErrors()
  const user = (changes: Parameters<ReturnType<typeof change<typeof User>>['put']>[0]) =>
    change(User).put(changes)

  it('required looks at the changes and the row', () => {
    assert.deepEqual(errors(change(User).validateRequired(['email', 'age'])), {
      email: [`can't be blank`],
      age: [`can't be blank`],
    })
    assert.equal(change(User, ada).validateRequired(['email', 'age']).valid, true)
    assert.equal(change(User, ada).put({ name: null }).validateRequired(['name']).valid, false)
    assert.equal(user({ age: 0, active: false }).validateRequired(['age', 'active']).valid, true)
  })

  it('format, also with a global expression, used twice', () => {
    const format = /@/g
    for (let round = 0; round < 2; round++) {
      assert.equal(user({ email: 'a@b' }).validateFormat('email', format).valid, true)
      assert.deepEqual(errors(user({ email: 'ab' }).validateFormat('email', format)), {
        email: ['has invalid format'],
      })
    }
    assert.equal(change(User).validateFormat('email', /@/).valid, true)
    assert.equal(user({ name: null }).validateFormat('name', /x/).valid, true)
  })

  it('length of texts in characters, of lists in items', () => {
    assert.deepEqual(errors(user({ name: 'ab' }).validateLength('name', { min: 3 })), {
      name: ['should be at least 3 characters'],
    })
    assert.deepEqual(errors(user({ name: '👋👋' }).validateLength('name', { max: 1 })), {
      name: ['should be at most 1 character'],
    })
    assert.deepEqual(errors(user({ tags: ['a'] }).validateLength('tags', { is: 2 })), {
      tags: ['should be 2 items'],
    })
    assert.equal(user({ name: '👋👋' }).validateLength('name', { min: 2, max: 2, is: 2 }).valid, true)
  })

  it('numbers, bigints and decimals', () => {
    assert.deepEqual(errors(user({ age: -1 }).validateNumber('age', { min: 0, max: 150 })), {
      age: ['must be at least 0'],
    })
    assert.deepEqual(errors(user({ age: 151 }).validateNumber('age', { min: 0, max: 150 })), {
      age: ['must be at most 150'],
    })
    assert.equal(user({ age: 150 }).validateNumber('age', { min: 0, max: 150 }).valid, true)
    assert.deepEqual(errors(user({ age: 5 }).validateNumber('age', { greaterThan: 5 })), {
      age: ['must be greater than 5'],
    })
    assert.deepEqual(errors(user({ age: 5 }).validateNumber('age', { lessThan: 5 })), {
      age: ['must be less than 5'],
    })
    assert.deepEqual(errors(user({ age: 5 }).validateNumber('age', { equalTo: 6 })), {
      age: ['must be equal to 6'],
    })
    assert.equal(user({ price: '10.00' }).validateNumber('price', { greaterThan: 9, max: 10 }).valid, true)
    assert.equal(user({ price: '-0.10' }).validateNumber('price', { min: 0 }).valid, false)
  })

  it('inclusion, exclusion, acceptance, confirmation, and your own', () => {
    assert.deepEqual(errors(user({ name: 'x' }).validateInclusion('name', ['a'])), { name: ['is invalid'] })
    assert.deepEqual(errors(user({ name: 'admin' }).validateExclusion('name', ['admin'])), {
      name: ['is reserved'],
    })
    assert.deepEqual(errors(cast(User, {}, []).validateAcceptance('terms')), { terms: ['must be accepted'] })
    assert.equal(cast(User, { terms: 'on' }, []).validateAcceptance('terms').valid, true)
    const twice = (again?: string) =>
      cast(User, { password: 'secret', passwordConfirmation: again }, ['password']).validateConfirmation(
        'password',
      )
    assert.equal(twice('secret').valid, true)
    for (const again of ['Secret', undefined]) {
      assert.deepEqual(errors(twice(again)), { password: ['does not match confirmation'] })
    }
    const even = user({ age: 3 }).validate('age', (age) => (age % 2 === 0 ? undefined : 'must be even'))
    assert.deepEqual(errors(even), { age: ['must be even'] })
    assert.throws(() => change(User).validate('nope' as never, () => 'x'), { code: 'ZZZ_DB_SCHEMA' })
  })

  it('takes another message, and collects several', () => {
    const changeset = user({ email: 'x' })
      .validateFormat('email', /@/, { message: 'looks wrong' })
      .validateLength('email', { min: 3, message: 'needs %{count}' })
    assert.deepEqual(errors(changeset), { email: ['looks wrong', 'needs 3'] })
    assert.deepEqual(
      changeset.traverseErrors(({ params }, field) => `${field}.${params.validation}`),
      { email: ['email.format', 'email.length'] },
    )
    assert.equal(formatError({ message: '%{a} %{b} %{toString}', params: { a: 1 } }), '1 %{b} %{toString}')
  })
})

it('has its rules as data, whether they were met or not', () => {
  const { validations } = cast(User, { age: 7 }, ['email', 'age'])
    .validateRequired(['email'])
    .validateNumber('age', { max: 9, message: 'too old' })
    .validate('age', () => undefined)
  assert.deepEqual(validations, [
    { kind: 'required', field: 'email' },
    { kind: 'number', field: 'age', limits: { max: 9 } },
  ])
})

it('a changeset is printed without the values of redacted fields', () => {
  const printed = inspect(cast(User, { password: 'hunter2', passwordConfirmation: 'hunter2' }, ['password']))
  assert.doesNotMatch(printed, /hunter2/)
  assert.match(printed, /redacted/)
})
