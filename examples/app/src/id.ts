/** The number in a path; undefined for anything that cannot be the id of a row. */
export function readId(text: string): number | undefined {
  const id = /^[1-9]\d*$/.test(text) ? Number(text) : undefined
  return Number.isSafeInteger(id) ? id : undefined
}
