import assert from 'node:assert/strict'
import { it } from 'node:test'
import { replaceColumn } from './column-text.ts'
import { formatTable, mentions, parseTable } from './table-text.ts'

it('parseTable takes a table apart and formatTable puts it together, whatever is written in it', () => {
  const parsed = parseTable(`CREATE TABLE "odd ""one"" (" (
    -- a comment, with (a comma
    id INTEGER PRIMARY KEY AUTOINCREMENT, /* and ) another */
    [with space] text DEFAULT 'a, ''b'')', -- to the end
    \`tick\`\`s\` decimal(10, 2) NOT NULL CHECK (tick > (1)),
    "unicodé" text COLLATE nocase,
    CONSTRAINT c CHECK (id <> 5, 1),
    PRIMARY KEY (id, "unicodé")
  ) STRICT, WITHOUT ROWID`)
  assert.deepEqual(parsed, {
    columns: [
      { name: 'id', rest: 'INTEGER PRIMARY KEY AUTOINCREMENT' },
      { name: 'with space', rest: "text DEFAULT 'a, ''b'')'" },
      { name: 'tick`s', rest: 'decimal(10, 2) NOT NULL CHECK (tick > (1))' },
      { name: 'unicodé', rest: 'text COLLATE nocase' },
    ],
    constraints: ['CONSTRAINT c CHECK (id <> 5, 1)', 'PRIMARY KEY (id, "unicodé")'],
    tail: 'STRICT, WITHOUT ROWID',
  })
  assert.deepEqual(parseTable(formatTable('new "name"', parsed)), parsed)
})

it('parseTable refuses what has no list of columns', () => {
  assert.throws(() => parseTable('create virtual table t using fts5(a, b)'), { code: 'ZZZ_DB_UNSUPPORTED' })
  assert.throws(() => parseTable('create table t'), { code: 'ZZZ_DB_UNSUPPORTED' })
})

it('mentions finds a name at any depth, and not inside texts or other names', () => {
  assert.ok(mentions('create index i on t (lower((Email)))', 'email'))
  assert.ok(mentions('create index i on t ("email")', 'EMAIL'))
  assert.ok(!mentions("create index i on t (x) where x = 'email' -- email", 'email'))
  assert.ok(!mentions('create index i on t (email2)', 'email'))
})

it('replaceColumn gives another type, nullability and default, and keeps the rest', () => {
  const cases = [
    ['integer', 'text'],
    ['', 'text'],
    ["varchar(10) constraint n not null on conflict fail default 'x' unique", 'text unique'],
    ['text default -1 check (a > 0)', 'text check (a > 0)'],
    ["text default x'00' collate nocase", 'text collate nocase'],
    ['int default (1 + 2) null primary key', 'text primary key'],
    [
      'int not null references t (id) on delete set null on update no action not deferrable initially deferred default null',
      'text references t (id) on delete set null on update no action not deferrable initially deferred',
    ],
    [
      'int constraint fk references t on delete set default not null',
      'text constraint fk references t on delete set default',
    ],
    ['int generated always as (a + 1) stored not null', 'text generated always as (a + 1) stored'],
  ] as const
  for (const [before, after] of cases) assert.equal(replaceColumn(before, 'text'), after)
})
