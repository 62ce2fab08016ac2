export { type App, type AppOptions, createApp } from './app/app.ts'
export type { Service } from './app/service.ts'
export { type Clock, systemClock } from './clock.ts'
export type { AppInfo, RouteInfo } from './context/app-info.ts'
export { type AssignKey, assign } from './context/assign.ts'
export { Context } from './context/context.ts'
export type { RespondOptions } from './context/make-reply.ts'
export type { Handler, HandlerResult, Middleware, Next } from './context/middleware.ts'
export {
  type CursorEnds,
  type CursorPage,
  type CursorPagination,
  type CursorPaginationOptions,
  type CursorRequest,
  cursorPagination,
} from './context/pagination/cursor-pagination.ts'
export {
  type OffsetPage,
  type OffsetPagination,
  type OffsetTotals,
  offsetPagination,
} from './context/pagination/offset-pagination.ts'
export type { PageRequest, PageSizes } from './context/pagination/page-number.ts'
export {
  encryptedCookie,
  type ProtectedCookie,
  type ProtectedCookieOptions,
  signedCookie,
} from './context/protected-cookie.ts'
export {
  type AnyViewsOptions,
  type FragmentOptions,
  type RenderOptions,
  type ViewsOptions,
  withLayout,
} from './context/views.ts'
export {
  type ErrorCode,
  errorCodes,
  HttpError,
  type HttpErrorOptions,
  ZzzError,
  type ZzzErrorOptions,
} from './errors.ts'
export type { BodyOptions, FormOptions } from './http/body/body-settings.ts'
export type { FormValue, FormValues } from './http/body/field-names.ts'
export type { Form } from './http/body/form.ts'
export type { FieldPart, FilePart, FormPart } from './http/body/parts.ts'
export type { JsonOptions, ReadFormOptions, ReadOptions } from './http/body/read-options.ts'
export type { UploadedFile } from './http/body/uploaded-file.ts'
export type { CookieOptions } from './http/cookie.ts'
export type { EventSourceInfo, EventStreamOptions, ServerEvents } from './http/event-stream.ts'
export { type FileRange, type FileRangeOptions, fileRange } from './http/file/file-range.ts'
export type { SendFileOptions } from './http/file/send-file.ts'
export { HeaderList } from './http/header-list.ts'
export type { Method } from './http/method.ts'
export type { Outcome } from './http/outcome.ts'
export { Reply, type ReplyBody, type StreamBody } from './http/reply.ts'
export { Request } from './http/request.ts'
export type { ServerEvent } from './http/server-event.ts'
export { reasonPhrase } from './http/status.ts'
export type { Upgrade } from './http/upgrade.ts'
export { fromWebRequest, fromWebResponse, toWebRequest, toWebResponse } from './http/web.ts'
export type { CheckedRoutes, EntryOf, NameMap } from './router/entry.ts'
export type { Params } from './router/params.ts'
export { type Path, path } from './router/path.ts'
export type { ResourceAction } from './router/resource-actions.ts'
export { type ResourcesOptions, resources } from './router/resources.ts'
export {
  type AnyRoute,
  any,
  del,
  get,
  head,
  options,
  patch,
  post,
  put,
  type Route,
  type RouteOptions,
  route,
  type Verb,
} from './router/route.ts'
export { type Scope, type ScopeOptions, scope } from './router/scope.ts'
export type { Query, QueryValue, UrlArgs, UrlParams } from './router/url.ts'
export { safeEqual } from './secrets/safe-equal.ts'
export type { SecretKeyBase } from './secrets/secret-keys.ts'
export type { Secrets, TokenOptions } from './secrets/secrets.ts'
