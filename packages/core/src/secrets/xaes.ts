import { type Cipheriv, createCipheriv, createDecipheriv } from 'node:crypto'

/** Bytes of a nonce: so many that random ones do not meet, however many messages a key seals. */
export const nonceLength = 24
/** Bytes that sealing adds to a message: the authentication tag. */
export const tagLength = 16

/** Authenticated encryption under one key. */
export interface Xaes {
  /** The encrypted message with its tag. A nonce is used once. */
  seal(nonce: Uint8Array, message: Uint8Array): Buffer
  /** The message; undefined when it was not sealed under this key and nonce, or was changed since. */
  open(nonce: Uint8Array, sealed: Uint8Array): Buffer | undefined
}

/**
 * XAES-256-GCM (C2SP): AES-256-GCM with a key for each message, derived from the first half of its nonce. AES-GCM alone
 * has nonces of 96 bits, too few for random ones in a key that seals a cookie for every request of a busy site: it is
 * good for 2^32 messages, this for 2^80.
 */
export function createXaes(key: Uint8Array): Xaes {
  const encryptBlocks = blockCipher(key)
  const template = keyBlocks(cmacSubkey(encryptBlocks(new Uint8Array(16))))
  const blocks = Buffer.from(template)

  /** The key of a message, from the first half of its nonce. */
  function messageKey(nonce: Uint8Array): Buffer {
    for (let i = 0; i < 12; i++) {
      const byte = nonce[i] as number
      blocks[4 + i] = (template[4 + i] as number) ^ byte
      blocks[20 + i] = (template[20 + i] as number) ^ byte
    }
    return encryptBlocks(blocks)
  }

  return {
    seal(nonce, message) {
      const cipher = createCipheriv('aes-256-gcm', messageKey(nonce), nonce.subarray(12))
      const encrypted = cipher.update(message)
      cipher.final()
      return Buffer.concat([encrypted, cipher.getAuthTag()])
    },
    open(nonce, sealed) {
      const end = sealed.length - tagLength
      if (end < 0) return undefined
      const decipher = createDecipheriv('aes-256-gcm', messageKey(nonce), nonce.subarray(12), {
        authTagLength: tagLength,
      })
      decipher.setAuthTag(sealed.subarray(end))
      const message = decipher.update(sealed.subarray(0, end))
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return message
    },
  }
}

/**
 * What is encrypted to be a message's key, but for the nonce: two blocks of CMAC in counter mode (NIST SP 800-108), of
 * which each is complete, so that it takes a single call of AES.
 */
function keyBlocks(subkey: Uint8Array): Uint8Array {
  const prefixes = [Uint8Array.of(0, 1, 0x58, 0), Uint8Array.of(0, 2, 0x58, 0)]
  const blocks = new Uint8Array(32)
  for (const [index, prefix] of prefixes.entries()) {
    blocks.set(subkey, index * 16)
    for (const [i, byte] of prefix.entries()) blocks[index * 16 + i] = (subkey[i] as number) ^ byte
  }
  return blocks
}

/** AES-256 on whole blocks, each by itself, so that one cipher serves for good. */
function blockCipher(key: Uint8Array): (blocks: Uint8Array) => Buffer {
  const cipher: Cipheriv = createCipheriv('aes-256-ecb', key, null)
  cipher.setAutoPadding(false)
  return (blocks) => cipher.update(blocks)
}

/** Doubling in GF(2^128): the subkey of CMAC for whole blocks (RFC 4493 section 2.3). */
function cmacSubkey(block: Uint8Array): Uint8Array {
  const doubled = new Uint8Array(16)
  for (let i = 0; i < 16; i++) doubled[i] = ((block[i] as number) << 1) | ((block[i + 1] ?? 0) >> 7)
  if ((block[0] as number) & 0x80) doubled[15] = (doubled[15] as number) ^ 0x87
  return doubled
}
