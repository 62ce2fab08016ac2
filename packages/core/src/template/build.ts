/** What an application's build and its development server need; a built application loads none of it. */
export { buildViews } from './build-views.ts'
export { type GeneratedViews, type GenerateOptions, generateViews } from './generate-views.ts'
export { type LoadOptions, loadViews } from './load-views.ts'
