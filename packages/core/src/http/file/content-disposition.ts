/** What stands in a quoted file name as it is, in every browser. */
const plain = /^[A-Za-z0-9 !#$&'()+,\-.;=@[\]^_`{}~]+$/

/**
 * The value of `Content-Disposition` that makes a browser save a reply under `filename` (RFC 6266). A name with more
 * than simple characters is given twice: as ASCII, and in UTF-8 (RFC 8187), which every current browser prefers. Folders
 * and control characters are left out of it.
 *
 * ```ts
 * attachment('report.pdf')   // 'attachment; filename="report.pdf"'
 * attachment('naïve €.txt')  // `attachment; filename="na_ve _.txt"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt`
 * ```
 */
export function attachment(filename: string): string {
  const name = baseName(filename)
  if (name === '') return 'attachment'
  if (plain.test(name)) return `attachment; filename="${name}"`
  return `attachment; filename="${toAscii(name)}"; filename*=UTF-8''${percentEncode(name)}`
}

function baseName(path: string): string {
  const last = path.toWellFormed().split(/[/\\]/).at(-1) as string
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to leave out
  return last.replace(/[\x00-\x1f\x7f-\x9f]/g, '')
}

/** Quotes, backslashes and percent signs are read differently from browser to browser, so the fallback has none. */
function toAscii(name: string): string {
  return Array.from(name, (character) => (plain.test(character) ? character : '_')).join('')
}

/** `encodeURIComponent` leaves four characters that RFC 8187 does not. */
function percentEncode(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}
