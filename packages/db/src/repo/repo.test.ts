import assert from 'node:assert/strict'
import { it } from 'node:test'
import { change } from '../changeset/changeset.ts'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { belongsTo, hasMany } from '../schema/association.ts'
import { id, integer, text } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { blogRepo, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

describeDatabases('a repo', (database) => {
  it('inserts, finds, updates, deletes', async () => {
    const repo = await blogRepo(database)
    const before = Date.now()
    const inserted = await repo.insert(User, { email: 'ada@example.org', age: 36 })
    assert.ok(inserted.ok)
    const { value: ada } = inserted
    assert.equal(ada.active, true)
    assert.equal(ada.teamId, null)
    assert.ok(ada.insertedAt.getTime() >= before)
    assert.deepEqual(await repo.get(User, ada.id), ada)
    assert.deepEqual(await repo.getOrThrow(User, ada.id), ada)
    assert.deepEqual(await repo.getBy(User, { email: 'ada@example.org', teamId: null }), ada)
    assert.equal(await repo.get(User, 99), undefined)
    assert.equal(await repo.getBy(User, { email: 'x' }), undefined)
    await assert.rejects(repo.getOrThrow(User, 99), { code: 'ZZZ_DB_NOT_FOUND', status: 404 })

    const updated = await repo.update(change(User, ada).put({ age: null, settings: { theme: 'dark' } }))
    assert.ok(updated.ok)
    assert.deepEqual(
      { ...updated.value, updatedAt: 0 },
      { ...ada, age: null, settings: { theme: 'dark' }, updatedAt: 0 },
    )
    assert.deepEqual(await repo.reload(User, ada), updated.value)
    // Without changes nothing is written, not even the time.
    assert.equal(await repo.updateOrThrow(change(User, ada)), ada)

    assert.deepEqual(await repo.deleteOrThrow(User, ada), updated.value)
    assert.equal(await repo.exists(from(User)), false)
    const stale = { code: 'ZZZ_DB_STALE', status: 409 }
    await assert.rejects(repo.updateOrThrow(change(User, ada).put({ age: 1 })), stale)
    await assert.rejects(repo.delete(User, ada), stale)
    await assert.rejects(repo.reload(User, ada), { code: 'ZZZ_DB_NOT_FOUND' })
    await repo.stop()
  })

  it('passes every query through prepareQuery', async () => {
    const url = await database.create()
    await (await blogRepo(database, { url })).transaction(() => undefined)
    const Account = schema('teams', { id: id(), name: text() }, { members: hasMany('users') })
    const Member = schema(
      'users',
      { id: id(), teamId: integer().nullable(), email: text() },
      { team: belongsTo('teams') },
    )
    const purposes: string[] = []
    const repo = createRepo({
      url: database.name === 'sqlite memory' ? await database.create() : url,
      schemas: [Account, Member],
      prepareQuery(query, purpose) {
        purposes.push(purpose)
        return query.where(() => sql`1 = 0`)
      },
    })
    if (database.name === 'sqlite memory') {
      await repo.rawExec(sql`create table teams (id integer primary key, name text not null)`)
      await repo.rawExec(sql`create table users (id integer primary key, team_id integer, email text)`)
    }
    await repo.insertOrThrow(Account, { name: 'A' })
    assert.deepEqual(await repo.all(from(Account)), [])
    assert.equal(await repo.count(from(Account)), 0)
    assert.equal(await repo.updateAll(from(Account), { name: 'B' }), 0)
    assert.equal(await repo.deleteAll(from(Account)), 0)
    const [loaded] = await repo.preload(Account, [{ id: 1, name: 'A' }], { members: true })
    assert.deepEqual(loaded?.members, [])
    for await (const _ of repo.stream(from(Account))) assert.fail()
    assert.deepEqual(purposes, ['read', 'read', 'update', 'delete', 'preload', 'read'])
    await repo.stop()
  })

  it('refuses work after it was stopped', async () => {
    const repo = await blogRepo(database)
    await repo.stop()
    await assert.rejects(async () => repo.all(from(User)), { code: 'ZZZ_DB_STOPPED' })
    await assert.rejects(
      repo.transaction(() => undefined),
      { code: 'ZZZ_DB_STOPPED' },
    )
    await repo.stop()
  })
})
