import assert from 'node:assert/strict'
import { it } from 'node:test'
import { attachment } from './content-disposition.ts'

const rows: readonly [name: string, value: string][] = [
  ['report.pdf', 'attachment; filename="report.pdf"'],
  ['my report (1).pdf', 'attachment; filename="my report (1).pdf"'],
  ['', 'attachment'],
  ['naïve €.txt', `attachment; filename="na_ve _.txt"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt`],
  ['a"b.txt', `attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`],
  ['100%.txt', `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
  ["it's*.txt", `attachment; filename="it's_.txt"; filename*=UTF-8''it%27s%2A.txt`],
  ['/etc/passwd', 'attachment; filename="passwd"'],
  ['..\\..\\evil.exe', 'attachment; filename="evil.exe"'],
  ['a\r\nset-cookie', 'attachment; filename="aset-cookie"'],
  ['🙂.txt', `attachment; filename="_.txt"; filename*=UTF-8''%F0%9F%99%82.txt`],
  ['\ud800.txt', `attachment; filename="_.txt"; filename*=UTF-8''%EF%BF%BD.txt`],
]

it('attachment names a download so that every browser reads it (RFC 6266, RFC 8187)', () => {
  for (const [name, value] of rows) assert.equal(attachment(name), value, name)
})
