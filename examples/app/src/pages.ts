import type { Context, Reply } from '@zzz/core'
import { views } from './views.gen.ts'

export const about = (ctx: Context): Reply =>
  ctx.render(views.about, {
    node: process.versions.node,
    environment: ctx.app.environment,
    routes: ctx.app.routes.length,
  })

export const missing = (ctx: Context): Reply => ctx.render(views.missing, { path: ctx.path })
