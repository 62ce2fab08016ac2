import type { FormOptions } from './body-settings.ts'

/** Options of reads that buffer a body. */
export interface ReadOptions {
  /**
   * Most bytes to read into memory; more is refused with `ZZZ_BODY_TOO_LARGE` (413). Default: the `bodyLimit` of route,
   * scope or application, 1 MiB unless told.
   */
  limit?: number | undefined
}

/** Options of reading JSON. */
export interface JsonOptions extends ReadOptions {
  /** Levels that lists and objects may be nested; more is refused with `ZZZ_BODY_TOO_DEEP` (400). Default 64. */
  depth?: number | undefined
}

/** Options of reading a form; what is left out is as route, scope and application say. */
export interface ReadFormOptions extends ReadOptions, FormOptions {}
