// Nanoseconds a match of the route matcher on a table like GitHub's API. Run: node --conditions=@zzz/source bench/src/router.ts
import { createMatcher } from '../../packages/core/src/router/create-matcher.ts'
import type { Matcher, MatcherEntry } from '../../packages/core/src/router/matcher.ts'

const table = `
GET /
GET /user
PATCH /user
GET /user/repos
POST /user/repos
GET /user/keys
POST /user/keys
GET /user/keys/:id
DELETE /user/keys/:id
GET /user/emails
GET /user/following/:user
PUT /user/following/:user
GET /users
GET /users/:user
GET /users/:user/repos
GET /users/:user/keys
GET /users/:user/followers
GET /users/:user/following/:target
GET /orgs/:org
PATCH /orgs/:org
GET /orgs/:org/members
GET /orgs/:org/members/:user
GET /orgs/:org/teams
POST /orgs/:org/teams
GET /teams/:id
GET /teams/:id/members
PUT /teams/:id/members/:user
GET /gists
POST /gists
GET /gists/public
GET /gists/starred
GET /gists/:id
PATCH /gists/:id
PUT /gists/:id/star
POST /gists/:id/forks
GET /issues
GET /search/issues/:owner/:repository/:state/:keyword
GET /search/code
GET /notifications
GET /notifications/threads/:id
GET /events
GET /feeds
GET /emojis
GET /gitignore/templates
GET /gitignore/templates/:name
GET /meta
GET /rate_limit
POST /markdown
POST /markdown/raw
GET /repos/:owner/:repo
PATCH /repos/:owner/:repo
GET /repos/:owner/:repo/branches
GET /repos/:owner/:repo/branches/:branch
GET /repos/:owner/:repo/commits
GET /repos/:owner/:repo/commits/:sha
GET /repos/:owner/:repo/contents/*path
GET /repos/:owner/:repo/issues
POST /repos/:owner/:repo/issues
GET /repos/:owner/:repo/issues/:number
GET /repos/:owner/:repo/issues/:number/comments
GET /repos/:owner/:repo/issues/comments/:id
GET /repos/:owner/:repo/pulls/:number/files
GET /repos/:owner/:repo/releases/latest
GET /static/*file
`
const entries: MatcherEntry[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [method, pattern] = line.split(' ') as [string, string]
    return { method, pattern }
  })

const requests = {
  'static, short': ['GET /user', 'GET /gists', 'GET /meta', 'GET /feeds'],
  'static, long': ['GET /user/keys', 'GET /gists/starred', 'GET /gitignore/templates', 'POST /markdown/raw'],
  '1 parameter': ['GET /users/octocat', 'GET /gists/8f2a', 'GET /teams/1712', 'GET /orgs/nodejs'],
  '3 parameters': ['GET /repos/nodejs/node/issues/4711', 'GET /repos/nodejs/node/commits/17a041b'],
  wildcard: ['GET /static/css/site.css', 'GET /repos/nodejs/node/contents/lib/net.js'],
  encoded: ['GET /users/octo%20cat', 'GET /gists/%38f2a'],
  'not found': ['GET /wp-login.php', 'GET /users/octocat/nothing'],
  'method not allowed': ['DELETE /users/octocat', 'POST /meta'],
}

/** Nanoseconds a match, the best of many batches. Paths are made anew: the strings of a parser have no hash yet. */
function measure(matcher: Matcher<MatcherEntry>, lines: readonly string[], batch = 1000): number {
  const split = lines.map((line) => line.split(' ') as [string, string])
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 500; round++) {
    const methods = Array.from({ length: batch }, (_, i) => (split[i % split.length] as [string, string])[0])
    const paths = Array.from({ length: batch }, (_, i) => {
      return Buffer.from((split[i % split.length] as [string, string])[1]).toString('latin1')
    })
    const start = process.hrtime.bigint()
    for (let i = 0; i < batch; i++) matcher.match(methods[i] as string, paths[i] as string)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / batch)
  }
  return best
}

const matcher = createMatcher(entries)
for (const [kind, lines] of Object.entries(requests)) {
  console.log(`${kind.padEnd(20)} ${measure(matcher, lines).toFixed(0).padStart(5)} ns`)
}
