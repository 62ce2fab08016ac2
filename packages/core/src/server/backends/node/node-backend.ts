import type { Backend, Handle, Listener, ListenOptions } from '../../backend.ts'
import { NodeListener } from './node-listener.ts'

/** The portable back end, over node:http and its parser llhttp. */
export const nodeBackend: Backend = {
  name: 'node',
  async listen(handle: Handle, options: ListenOptions): Promise<Listener> {
    const listener = new NodeListener(handle, options)
    await listener.open()
    return listener
  },
}
