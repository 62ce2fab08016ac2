export type { CacheStore, PutOptions } from './cache-store.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.ts'
