/** Things that can be thrown, and throw when they are turned into text. */
export function unprintable(): unknown[] {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const secretive = Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('no message')
    },
  })
  return [Object.create(null), proxy, secretive]
}
