/** Characters of a list of preferences that are read; browsers send a few hundred at most. */
const limit = 1024

/**
 * What of an `Accept` or `Accept-Encoding` field is read: the whole, or of one that is longer than any honest client's what
 * stands before the last comma in its first 1,024 characters; undefined where there is none. Weighing thousands of members
 * for an error page would be work that clients cause for nothing, and a server may disregard them (RFC 9110 section 12.5.1).
 */
export function readPreferences(field: string | undefined): string | undefined {
  if (field === undefined || field.length <= limit) return field
  const comma = field.lastIndexOf(',', limit)
  return comma === -1 ? undefined : field.slice(0, comma)
}
