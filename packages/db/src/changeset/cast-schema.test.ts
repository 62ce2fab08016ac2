import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hasMany } from '../schema/association.ts'
import { embedsOne } from '../schema/embeds.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  datetime,
  decimal,
  enumeration,
  id,
  integer,
  json,
  string,
  text,
  uuid,
} from '../schema/fields.ts'
import { jsonSchema } from '../schema/json-schema.ts'
import { schema } from '../schema/schema.ts'
import { castSchema } from './cast-schema.ts'

const Address = schema('address', { city: text() })
const User = schema(
  'users',
  {
    id: id(),
    email: string(100),
    age: integer().nullable(),
    role: enumeration('admin', 'member').default('member'),
    hash: text().redacted(),
    password: text().virtual(),
    address: embedsOne(Address).nullable(),
  },
  { posts: hasMany('posts') },
)
const Post = schema('posts', { id: id(), title: text() })

const NewUser = castSchema(User, ['email', 'age', 'password'], (user) =>
  user
    .validateRequired(['email', 'password'])
    .castAssoc('posts', Post, (post, sent) => post.cast(sent, ['title'])),
)['~standard']

it('describes rows in JSON Schema', () => {
  assert.deepEqual(jsonSchema(User), {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      email: { type: 'string', maxLength: 100 },
      age: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      role: { enum: ['admin', 'member'] },
      address: {
        anyOf: [
          { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          { type: 'null' },
        ],
      },
    },
    required: ['id', 'email', 'age', 'role', 'address'],
  })
  const Thing = schema('things', {
    bigint: bigint(),
    decimal: decimal(6, 2),
    boolean: boolean(),
    uuid: uuid(),
    at: datetime(),
    json: json().nullable(),
    bytes: bytes(),
    list: array(text()),
  })
  assert.deepEqual(jsonSchema(Thing).properties, {
    bigint: { type: 'string', pattern: '^-?[0-9]+$' },
    decimal: { type: 'string', pattern: '^-?[0-9]+\\.[0-9]{2}$' },
    boolean: { type: 'boolean' },
    uuid: { type: 'string', format: 'uuid' },
    at: { type: 'string', format: 'date-time' },
    json: {},
    bytes: { type: 'string', contentEncoding: 'base64' },
    list: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
  })
})

it('is a Standard Schema that gives a changeset, or says what is wrong and where', () => {
  assert.deepEqual([NewUser.version, NewUser.vendor], [1, 'zzz'])
  const given = NewUser.validate({ email: 'a@b', password: 'x', role: 'admin', posts: [{ title: 'T' }] })
  assert(given.issues === undefined)
  assert.deepEqual(given.value.changes, { email: 'a@b', password: 'x' })
  const refused = NewUser.validate({ age: 'x', password: 'x', posts: [{ title: 'T' }, { title: ' ' }] })
  assert.deepEqual(refused.issues, [
    { message: 'is invalid', path: ['age'] },
    { message: `can't be blank`, path: ['email'] },
    { message: `can't be blank`, path: ['posts', 1, 'title'] },
  ])
  for (const value of [null, 'x', [], undefined]) {
    assert.deepEqual(NewUser.validate(value).issues, [{ message: 'must be an object', path: [] }])
  }
})

it('describes what a cast takes in JSON Schema', () => {
  assert.deepEqual(NewUser.jsonSchema.input({ target: 'draft-2020-12' }), {
    type: 'object',
    properties: {
      email: { type: 'string', maxLength: 100, minLength: 1 },
      age: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      password: { type: 'string', minLength: 1 },
    },
    required: ['email', 'password'],
  })
  assert.throws(() => NewUser.jsonSchema.input({ target: 'draft-07' }), { code: 'ZZZ_DB_UNSUPPORTED' })
  assert.throws(() => NewUser.jsonSchema.output({ target: 'draft-2020-12' }), { code: 'ZZZ_DB_UNSUPPORTED' })
})

it('describes what JSON Schema can say of validations, and never less than is taken', () => {
  const Book = schema('books', {
    id: id(),
    title: string(100),
    isbn: text(),
    pages: integer().nullable(),
    price: decimal(6, 2),
    genre: enumeration('novel', 'essay', 'poem'),
    cover: bytes().nullable(),
    tags: array(text()),
    published: datetime().nullable(),
    password: text().virtual(),
  })
  const NewBook = castSchema(
    Book,
    ['title', 'isbn', 'pages', 'price', 'genre', 'cover', 'tags', 'published', 'password'],
    (book) =>
      book
        .validateRequired(['title', 'price', 'published'])
        .validateLength('title', { min: 2, max: 50 })
        .validateFormat('isbn', /^[0-9-]+$/)
        .validateFormat('isbn', /x$/i)
        .validateExclusion('isbn', ['0'])
        .validateNumber('pages', { min: 1, lessThan: 10_000 })
        .validateNumber('pages', { max: 10n ** 20n })
        .validateNumber('price', { min: 1 })
        .validateInclusion('genre', ['novel', 'poem'])
        .validateLength('cover', { max: 10 })
        .validateLength('tags', { is: 3 })
        .validateInclusion('published', [new Date(0)])
        .validate('title', () => undefined)
        .validateConfirmation('password')
        .validateAcceptance('terms'),
  )
  assert.deepEqual(NewBook['~standard'].jsonSchema.input({ target: 'draft-2020-12' }), {
    type: 'object',
    properties: {
      title: { type: 'string', maxLength: 100, minLength: 1, allOf: [{ minLength: 2, maxLength: 50 }] },
      isbn: { type: 'string', pattern: '^[0-9-]+$', not: { enum: ['0'] } },
      pages: { anyOf: [{ type: 'integer', minimum: 1, exclusiveMaximum: 10_000 }, { type: 'null' }] },
      price: { type: 'string', pattern: '^-?[0-9]+\\.[0-9]{2}$' },
      genre: { enum: ['novel', 'essay', 'poem'], allOf: [{ enum: ['novel', 'poem'] }] },
      cover: { anyOf: [{ type: 'string', contentEncoding: 'base64' }, { type: 'null' }] },
      tags: {
        type: 'array',
        items: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        minItems: 3,
        maxItems: 3,
      },
      published: { type: 'string', format: 'date-time' },
      password: { type: 'string' },
      terms: { const: true },
    },
    required: ['title', 'price', 'published', 'terms'],
  })
})

it('is the same cast for a row that is there', () => {
  const EditPost = castSchema(Post, ['title'], (post) => post.validateLength('title', { min: 2 }))
  const row = { id: 1, title: 'Notes' }
  assert.deepEqual(EditPost.changeset({ title: 'Notes' }, row).changes, {})
  assert.deepEqual(EditPost.changeset({ title: 'x', id: 2 }, row).traverseErrors(), {
    title: ['should be at least 2 characters'],
  })
  assert.equal(EditPost.changeset({ title: 'New' }).data, undefined)
})
