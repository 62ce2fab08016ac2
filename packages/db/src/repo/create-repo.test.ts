import assert from 'node:assert/strict'
import { it } from 'node:test'
import { manyToMany } from '../schema/association.ts'
import { id, integer } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { Post, PostTag, Profile, Tag, Team, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

it('createRepo refuses schemas that do not fit together, and URLs that it cannot read', () => {
  const url = 'sqlite::memory:'
  const refused = (schemas: unknown, message: RegExp) => {
    assert.throws(() => createRepo({ url, schemas: schemas as [] }), { code: 'ZZZ_DB_SCHEMA', message })
  }
  refused([User], /users\.posts leads to posts, which is not among/)
  refused([Team, Team], /two schemas are named teams/)
  const Keyless = schema('keyless', { n: integer() }, { tags: manyToMany('tags', { through: 'post_tags' }) })
  refused(
    [Keyless, Tag, PostTag, Post, User, Team, Profile],
    /keyless\.tags: post_tags has 0 belongsTo to keyless/,
  )
  const Misspelt = schema(
    'misspelt',
    { id: id() },
    { tags: manyToMany('tags', { through: 'post_tags', foreignKey: 'postID' }) },
  )
  refused([Misspelt, Tag, PostTag, Post, User, Team, Profile], /no stored field "postID"; known are postId/)
  for (const wrong of ['', 'app.db', 'mysql://x', 'sqlite:', 'postgres:']) {
    assert.throws(() => createRepo({ url: wrong, schemas: [] }), { code: 'ZZZ_DB_URL' })
  }
  assert.throws(
    () => createRepo({ url: 'mysql://root:secret@host/db', schemas: [] }),
    (error: Error) => {
      assert.doesNotMatch(error.message, /secret/)
      return true
    },
  )
  assert.throws(() => createRepo({ url, schemas: [], poolSize: 1 } as never), {
    code: 'ZZZ_DB_OPTION_INVALID',
  })
  for (const postgres of [{ size: 0 }, { idleTimeout: Number.POSITIVE_INFINITY }]) {
    assert.throws(() => createRepo({ url, schemas: [], postgres }), { code: 'ZZZ_DB_OPTION_INVALID' })
  }
})
