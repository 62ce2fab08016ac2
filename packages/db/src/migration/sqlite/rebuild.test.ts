import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bareRepo, exec, migrationFolder, rowsOf } from '../migration.suite.ts'
import { migrate, rollback } from '../runner/migrate.ts'

const tables = [
  'create table parents (id integer primary key autoincrement, name text collate nocase unique, n int check (n < 100), boss int references parents, twice int generated always as (n * 2), "Odd" text) strict',
  'create table children (id integer primary key, parent_id integer not null references parents (id) on delete cascade) strict',
  'create index parents_n_index on parents (n)',
  'create unique index parents_lower on parents (lower(name)) where n > 0',
  'create table log (what text)',
  "create trigger parents_log after update on parents begin insert into log values ('updated ' || new.name); end",
  'create trigger children_log after insert on children begin update parents set n = n + 1 where id = new.parent_id; end',
  'create view names as select name, n from parents',
  "insert into parents (id, name, n, boss) values (1, 'Ada', 5, null), (2, 'Bob', 6, 1), (9, 'Eve', 7, 2)",
  'delete from parents where id = 9',
  'insert into children (parent_id) values (1), (2)',
  'delete from log',
]

async function family() {
  const repo = bareRepo('sqlite::memory:')
  for (const text of tables) await exec(repo, text)
  return repo
}

const objects = `select type, name, sql from sqlite_schema where type in ('index', 'trigger', 'view') and name not like 'sqlite_%' order by name`

it('a table that is built anew keeps rows, indexes, triggers, views, keys, and counters', async () => {
  using files = migrationFolder()
  const repo = await family()
  const before = await rowsOf(repo, objects)
  files.write(
    1,
    'rebuild',
    `export const change = [alterTable('Parents', [
      addCheck('has_name', sql\`name <> ''\`),
      changeColumn('n', { from: integer().nullable(), to: text().default('0'), using: sql\`'n' || n\`, reverseUsing: sql\`substr(n, 2)\` }),
      addColumn('at', column(text(), { default: sql\`current_timestamp\` })),
    ])]`,
  )
  await assert.rejects(
    migrate(repo, { folder: files.folder }),
    /CHECK constraint failed: n < 100|cannot store|n < 100/,
  )
  assert.deepEqual(await rowsOf(repo, objects), before)

  using again = migrationFolder()
  again.write(
    1,
    'rebuild',
    `export const change = [alterTable('Parents', [
      addCheck('has_name', sql\`name <> ''\`),
      changeColumn('n', { from: integer().nullable(), to: integer().default(3), using: sql\`n + 1\`, reverseUsing: sql\`n - 1\` }),
      addColumn('at', column(text(), { default: sql\`current_timestamp\` })),
    ])]`,
  )
  await migrate(repo, { folder: again.folder })
  assert.deepEqual(await rowsOf(repo, objects), before)
  assert.deepEqual(await rowsOf(repo, 'select id, name, n, boss, twice from parents'), [
    { id: 1, name: 'Ada', n: 6 + 1, boss: null, twice: 14 },
    { id: 2, name: 'Bob', n: 7 + 1, boss: 1, twice: 16 },
  ])
  assert.equal((await rowsOf(repo, 'select * from children')).length, 2)
  await exec(repo, "insert into parents (name) values ('Kim')")
  assert.deepEqual(await rowsOf(repo, "select id, n from parents where name = 'KIM'"), [{ id: 10, n: 3 }])
  await assert.rejects(exec(repo, "insert into parents (name) values ('')"), { code: 'ZZZ_DB_CONSTRAINT' })
  await assert.rejects(exec(repo, "insert into parents (name) values ('ADA')"), { code: 'ZZZ_DB_CONSTRAINT' })
  await assert.rejects(exec(repo, 'insert into children (parent_id) values (77)'), {
    code: 'ZZZ_DB_CONSTRAINT',
  })
  assert.equal((await rowsOf(repo, 'select * from log')).length, 0)
  await exec(repo, 'update parents set n = 1 where id = 1')
  assert.equal((await rowsOf(repo, 'select * from log')).length, 1)
  await exec(repo, 'delete from parents where id = 2')
  assert.equal((await rowsOf(repo, 'select * from children')).length, 1)
  assert.deepEqual(await rowsOf(repo, 'select foreign_keys from pragma_foreign_keys'), [{ foreign_keys: 1 }])
  await repo.stop()
})

it('a dropped column takes its indexes and constraints along, and refuses views and triggers that use it', async () => {
  using files = migrationFolder()
  const repo = await family()
  files.write(1, 'drop', `export const up = [alterTable('parents', [dropColumn('name')])]`)
  await assert.rejects(migrate(repo, { folder: files.folder }), {
    code: 'ZZZ_DB_MIGRATION_FAILED',
    message: /The view names does not fit the new table parents: drop it before/,
  })
  using fixed = migrationFolder()
  fixed.write(
    1,
    'drop',
    `export const up = [execute(sql\`drop view names\`), execute(sql\`drop trigger parents_log\`), alterTable('parents', [dropColumn('name'), dropColumn('Odd', text().column('Odd'))])]`,
  )
  await migrate(repo, { folder: fixed.folder })
  const left = await rowsOf(
    repo,
    "select name from sqlite_schema where tbl_name = 'parents' and type = 'index'",
  )
  assert.deepEqual(left, [{ name: 'parents_n_index' }])
  await repo.stop()
})

it('foreign keys are added, dropped and checked: what would point nowhere undoes the migration', async () => {
  using files = migrationFolder()
  const repo = bareRepo('sqlite::memory:')
  files.write(
    1,
    'tables',
    `export const change = [
      createTable('a', { id: id() }),
      createTable('b', { id: id(), aId: integer() }),
      execute(sql\`insert into b (a_id) values (5)\`, sql\`delete from b\`),
    ]`,
  )
  await migrate(repo, { folder: files.folder })
  files.write(
    2,
    'key',
    `export const change = [alterTable('b', [addForeignKey(['aId'], { table: 'a', onDelete: 'cascade' })])]`,
  )
  await assert.rejects(migrate(repo, { folder: files.folder }), {
    code: 'ZZZ_DB_MIGRATION_FAILED',
    message: /rows of b would point to rows of a that are not there/,
  })
  await exec(repo, 'insert into a (id) values (5)')
  await migrate(repo, { folder: files.folder })
  await assert.rejects(exec(repo, 'insert into b (a_id) values (6)'), { code: 'ZZZ_DB_CONSTRAINT' })
  using drop = migrationFolder()
  drop.write(3, 'drop', `export const up = [dropTable('a')]`)
  await assert.rejects(
    migrate(repo, { folder: drop.folder }),
    /The table a cannot be dropped: b points to it/,
  )
  await rollback(repo, { folder: files.folder })
  await exec(repo, 'insert into b (a_id) values (6)')
  using wrong = migrationFolder()
  wrong.write(4, 'wrong', `export const up = [alterTable('b', [dropForeignKey(['aId'])])]`)
  await assert.rejects(migrate(repo, { folder: wrong.folder }), /has not the foreign key b_a_id_fkey/)
  await repo.stop()
})

it('keys of tables from elsewhere are found by their columns', async () => {
  using files = migrationFolder()
  const repo = bareRepo('sqlite::memory:')
  await exec(repo, 'create table a (id integer primary key, x int, foreign key ("X") references a (id))')
  files.write(1, 'drop', `export const up = [alterTable('a', [dropForeignKey(['x'])])]`)
  await migrate(repo, { folder: files.folder })
  assert.deepEqual(await rowsOf(repo, "select * from pragma_foreign_key_list('a')"), [])
  await repo.stop()
})
