import * as fs from 'node:fs'

/** Closes what was dropped without being closed. */
const dropped = new FinalizationRegistry((fd: number) => fs.close(fd, () => {}))

/**
 * A file that is open for reading. Node ends the process when one of its own `FileHandle`s is collected before it was
 * closed; a reply may be dropped, by a middleware that answers something else, and its file is closed then.
 */
export class FileDescriptor {
  readonly fd: number
  #reads = 0
  #closing: PromiseWithResolvers<void> | undefined

  private constructor(fd: number) {
    this.fd = fd
    dropped.register(this, fd, this)
  }

  /** Opens a file with flags of `fs.constants`. Rejects with Node's error. */
  static open(path: string, flags: number): Promise<FileDescriptor> {
    return new Promise((resolve, reject) => {
      fs.open(path, flags, (error, fd) => (error === null ? resolve(new FileDescriptor(fd)) : reject(error)))
    })
  }

  stat(): Promise<fs.BigIntStats> {
    return this.#use((done) => fs.fstat(this.fd, { bigint: true }, done))
  }

  /** Reads from `position` into the buffer from `offset` on, as much as there is room for; gives the number of bytes. */
  read(buffer: Uint8Array, offset: number, position: number): Promise<number> {
    return this.#use((done) => fs.read(this.fd, buffer, offset, buffer.length - offset, position, done))
  }

  /** Closes the file once nothing is being read from it; calls share one closing. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise
    this.#closing = Promise.withResolvers()
    dropped.unregister(this)
    if (this.#reads === 0) this.#close(this.#closing)
    return this.#closing.promise
  }

  #use<T>(operate: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(new Error('The file is closed'))
    this.#reads++
    return new Promise((resolve, reject) => {
      operate((error, result) => {
        this.#reads--
        if (this.#reads === 0 && this.#closing !== undefined) this.#close(this.#closing)
        if (error === null) resolve(result)
        else reject(error)
      })
    })
  }

  #close({ resolve, reject }: PromiseWithResolvers<void>): void {
    fs.close(this.fd, (error) => (error == null ? resolve() : reject(error)))
  }
}
