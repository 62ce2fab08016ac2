import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ZzzError } from '../../errors.ts'

/** PEM text, and what messages call it: the option and, where there is one, the file. Never the text itself. */
export interface Pem {
  readonly name: string
  readonly text: string
}

/** The path of the file that an option names; undefined for PEM text. */
export function pemPath(value: string | Uint8Array): string | undefined {
  return typeof value === 'string' && !value.includes('-----BEGIN') ? resolve(value) : undefined
}

/** Reads what an option names. Throws `ZZZ_TLS_FILE` for a file that cannot be read. */
export async function readPem(option: string, value: string | Uint8Array): Promise<Pem> {
  const path = pemPath(value)
  if (path === undefined)
    return { name: `the PEM text in ${option}`, text: Buffer.from(value).toString('latin1') }
  try {
    return { name: `${path} (${option})`, text: await readFile(path, 'latin1') }
  } catch (cause) {
    throw unreadable(option, value as string, path, cause as NodeJS.ErrnoException)
  }
}

/** Base64 that begins like DER: a key whose PEM lines were lost on the way, most likely. */
const looksLikeKey = /^\s*MI?[A-Za-z0-9+/=\s]{38,}$/

function unreadable(option: string, value: string, path: string, cause: NodeJS.ErrnoException): ZzzError {
  // Node's error quotes the path, and what was meant as a key must not end up in a log.
  if (value.includes('\n') || looksLikeKey.test(value)) {
    const what = 'neither PEM text (it lacks the line "-----BEGIN …") nor the path of a file'
    return new ZzzError('ZZZ_TLS_FILE', `What ${option} holds is ${what}`)
  }
  return new ZzzError('ZZZ_TLS_FILE', `Cannot read ${path} (${option}): ${reason(cause)}`, { cause })
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'this process may not read it'
    case 'EISDIR':
      return 'it is a folder'
    default:
      return message
  }
}
