/** What an application's build and its development server need; a built application loads none of it. */
export { buildViews } from './views/build-views.ts'
export { type GeneratedViews, type GenerateOptions, generateViews } from './views/generate-views.ts'
export { type LoadOptions, loadViews } from './views/load-views.ts'
