/**
 * The same type, which messages and editors show by its members rather than as `Row<Schema<"users", { … }, { … }>>`: what a
 * conditional type gives has no name of its own.
 */
export type Shown<T> = T extends unknown ? T : never
