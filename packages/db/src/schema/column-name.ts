/**
 * A field's name as a column's: `insertedAt` becomes `inserted_at`, `userID` becomes `user_id`, `line2` stays.
 */
export function toColumnName(field: string): string {
  return field
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}
