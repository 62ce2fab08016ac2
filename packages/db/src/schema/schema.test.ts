import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { belongsTo, hasMany, manyToMany } from './association.ts'
import { toColumnName } from './column-name.ts'
import { decimal, id, integer, string, text, timestamps } from './fields.ts'
import { resolveLink } from './link.ts'
import { schema } from './schema.ts'
import { uuidv7 } from './uuid.ts'

describe('schema', () => {
  it('names columns in snake case, unless told otherwise, and leaves virtual fields out', () => {
    const { columns, primaryKey, table } = schema('users', {
      id: id(),
      firstName: text(),
      eMail: text().column('mail'),
      password: text().virtual(),
      ...timestamps(),
    })
    assert.deepEqual(
      columns.map(({ field, name }) => [field, name]),
      [
        ['id', 'id'],
        ['firstName', 'first_name'],
        ['eMail', 'mail'],
        ['insertedAt', 'inserted_at'],
        ['updatedAt', 'updated_at'],
      ],
    )
    assert.deepEqual(primaryKey, ['id'])
    assert.equal(table, 'users')
  })

  it('takes another table and a prefix', () => {
    const { table, prefix } = schema('users', { id: id() }, {}, { table: 'people', prefix: 'app' })
    assert.deepEqual([table, prefix], ['people', 'app'])
  })

  it('has a primary key of several fields, or none', () => {
    assert.deepEqual(schema('links', { a: integer().primaryKey(), b: integer().primaryKey() }).primaryKey, [
      'a',
      'b',
    ])
    assert.deepEqual(schema('notes', { body: text() }).primaryKey, [])
  })

  it('refuses what could not work, and says where', () => {
    const refused = (make: () => unknown, message: RegExp) => {
      assert.throws(make, { name: 'DbError', code: 'ZZZ_DB_SCHEMA', message })
    }
    refused(() => schema('a b', { id: id() }), /"a b"/)
    refused(() => schema('users', {}), /at least one field/)
    refused(() => schema('users', { ['__proto__']: text(), id: id() }), /__proto__/)
    refused(() => schema('users', { 'a b': text() }), /"a b"/)
    refused(() => schema('users', { userId: id(), userID: text() }), /userId and userID .* "user_id"/)
    refused(
      () => schema('users', { id: id(), posts: text() }, { posts: hasMany('posts') }),
      /posts is a field/,
    )
    refused(() => schema('posts', { id: id() }, { user: belongsTo('users') }), /user needs the field userId/)
    refused(() => decimal(2, 3), /scale/)
    refused(() => string(0), /length/)
    assert.throws(() => schema('users', { id: id() }, {}, { tabel: 'x' } as never), {
      code: 'ZZZ_DB_OPTION_INVALID',
    })
  })
})

it('toColumnName', () => {
  const names = ['id', 'insertedAt', 'userID', 'HTMLBody', 'line2', 'line2Text', 'already_snake']
  assert.deepEqual(names.map(toColumnName), [
    'id',
    'inserted_at',
    'user_id',
    'html_body',
    'line2',
    'line2_text',
    'already_snake',
  ])
})

describe('resolveLink', () => {
  const User = schema(
    'users',
    { id: id() },
    { posts: hasMany('posts'), tags: manyToMany('tags', { through: 'x' }) },
  )
  const Post = schema('posts', { id: id(), userId: integer() }, { user: belongsTo('users') })

  it('finds the fields on both sides', () => {
    assert.deepEqual(resolveLink(User, 'posts', Post), { field: 'id', targetField: 'userId' })
    assert.deepEqual(resolveLink(Post, 'user', User), { field: 'userId', targetField: 'id' })
  })

  it('asks for the field where the schemas do not tell', () => {
    const Two = schema(
      'posts',
      { id: id(), authorId: integer(), editorId: integer() },
      { author: belongsTo('users'), editor: belongsTo('users') },
    )
    const Named = schema('users', { id: id() }, { posts: hasMany('posts', { foreignKey: 'editorId' }) })
    assert.throws(() => resolveLink(User, 'posts', Two), /2 belongsTo to users, so name the field/)
    assert.deepEqual(resolveLink(Named, 'posts', Two), { field: 'id', targetField: 'editorId' })
    const Keyless = schema('users', { name: text() }, { posts: hasMany('posts') })
    assert.throws(() => resolveLink(Keyless, 'posts', Post), /no primary key of one field/)
  })

  it('refuses names that lead elsewhere or nowhere', () => {
    assert.throws(() => resolveLink(User, 'toString', Post), /no such association; known are posts, tags/)
    assert.throws(() => resolveLink(User, 'posts', User), /leads to posts, not to users/)
    assert.throws(() => resolveLink(User, 'tags', schema('tags', { id: id() })), /over another table/)
  })
})

it('uuidv7 makes UUIDs of version 7 that carry their time', () => {
  const before = Date.now()
  const all = Array.from({ length: 100 }, uuidv7)
  const after = Date.now()
  assert.equal(new Set(all).size, 100)
  for (const uuid of all) {
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const time = Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)
    assert.ok(time >= before && time <= after)
  }
})
