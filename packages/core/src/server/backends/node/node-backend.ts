import type { Backend, Handle, Listener, ListenOptions } from '../../backend.ts'

/** The portable back end, over node:http and its parser llhttp. */
export const nodeBackend: Backend = {
  name: 'node',
  async listen(handle: Handle, options: ListenOptions): Promise<Listener> {
    // Loaded when it is used: node:http brings some 17 MB with it, which other back ends can do without.
    const { NodeListener } = await import('./node-listener.ts')
    const listener = new NodeListener(handle, options)
    await listener.open()
    return listener
  },
}
