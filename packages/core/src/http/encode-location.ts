/** Encodes what a URL may not hold (spaces, quotes, control characters, non-ASCII) and keeps what is encoded already. */
export function encodeLocation(location: string): string {
  return location.replace(/[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+/g, (text) =>
    encodeURIComponent(text.toWellFormed()),
  )
}
