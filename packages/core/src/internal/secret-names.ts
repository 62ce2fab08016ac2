/** Parts of names whose values do not belong in a log, letters only. */
const secret =
  /authorization|cookie|passw|passphrase|pwd|secret|token|apikey|accesskey|privatekey|signingkey|encryptionkey|credential|sessionid|csrf|xsrf|jwt|otp$/

/** What stands in the place of a secret. */
export const redacted = '[redacted]'

/**
 * True for a header, field or variable whose name says that its value is a secret: `Authorization`, `Set-Cookie`,
 * `user_password`, `API-Key`, `secretKeyBase`. It errs on the side of silence.
 */
export function isSecretName(name: string): boolean {
  return secret.test(name.toLowerCase().replace(/[^a-z]/g, ''))
}

/** Text without the passwords of URLs in it: `postgres://app:hunter2@db/main` is `postgres://app:[redacted]@db/main`. */
export function redactUrls(text: string): string {
  return text.includes('://') ? text.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${redacted}@`) : text
}
