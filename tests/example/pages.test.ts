import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { type Chromium, startChromium } from '../browser/chromium.ts'
import { ExampleProcess } from '../example-process.ts'
import { without } from '../tls/tools.ts'

/** The pages of the example: as htmx and others ask for them, and in Chromium with JavaScript and without. */

describe('the pages of the example', () => {
  let example: ExampleProcess
  before(async () => {
    example = await ExampleProcess.start({})
  })
  after(() => example[Symbol.asyncDispose]())

  const htmx = { 'hx-request': 'true' }
  async function ask(path: string, headers: Record<string, string> = {}, body?: Record<string, string>) {
    const method = body === undefined ? 'GET' : 'POST'
    const own = { accept: 'text/html', origin: example.url, ...headers }
    const init = { method, headers: own, redirect: 'manual' } as const
    const response = await fetch(
      example.url + path,
      body ? { ...init, body: new URLSearchParams(body) } : init,
    )
    return { status: response.status, headers: response.headers, body: await response.text() }
  }

  it('stand in their layout, with the place in the navigation', async () => {
    for (const [path, title] of [
      ['/', 'Welcome to zzz'],
      ['/about', 'About zzz'],
      ['/htmx', 'htmx'],
      ['/form', 'A form'],
      ['/todos', 'Todos'],
    ] as const) {
      const { status, body, headers } = await ask(path)
      assert.equal(status, 200)
      assert.match(body, new RegExp(`^<!doctype html>.*<title>${title}</title>.*</html>$`, 's'))
      assert.equal(body.match(/<a href="([^"]+)" aria-current="page">/)?.[1], path)
      assert.equal(headers.get('vary')?.includes('HX-Request'), true)
    }
    assert.match((await ask('/htmx/time')).body, /<title>The time<\/title>.*<main id="main">\s*<time /s)
    assert.match((await ask('/missing')).body, /<html.*<nav.*Not found/s)
  })

  it('are sent without it to htmx, whole to boosted links', async () => {
    for (const path of ['/about', '/todos', '/htmx/time']) {
      assert.doesNotMatch((await ask(path, htmx)).body, /<html|<nav/)
      assert.match((await ask(path, { ...htmx, 'hx-boosted': 'true' })).body, /<html.*<nav/s)
    }
    const results = await ask('/htmx?q=teapot', { ...htmx, 'hx-target': 'results' })
    assert.match(results.body, /^<ul>\s*<li><code>418<\/code> I&#39;m a teapot<\/li>\s*<\/ul>$/i)
    assert.match((await ask('/htmx?q=teapot')).body, /<html.*value="teapot".*418/s)
  })

  it('are todos that can be added, done and deleted, by htmx and without', async () => {
    const added = await ask('/todos', htmx, { text: ' <b>Write</b> ' })
    assert.equal(added.status, 200)
    assert.match(added.body, /^<section id="todos".*<span>&lt;b&gt;Write&lt;\/b&gt;<\/span>.*1 todo left/s)
    assert.match(added.body, /<hx-partial hx-target="#todos-left" hx-swap="innerHTML">1<\/hx-partial>$/)
    const [, id] = /\/todos\/(\d+)\/toggle/.exec(added.body) ?? []
    const toggled = await ask(`/todos/${id}/toggle`, {}, {})
    assert.deepEqual([toggled.status, toggled.headers.get('location')], [303, '/todos'])
    assert.match((await ask('/todos')).body, /class="row done".*0 todos left/s)
    assert.match((await ask(`/todos/${id}/toggle`, htmx, {})).body, /1 todo left/)
    assert.equal((await ask(`/todos/${id}/delete`, {}, {})).status, 303)
    assert.match((await ask('/todos')).body, /Nothing to do\./)
    for (const gone of [id, '0', 'x', '9'.repeat(30), '%00']) {
      for (const verb of ['toggle', 'delete'])
        assert.equal((await ask(`/todos/${gone}/${verb}`, {}, {})).status, gone === '%00' ? 400 : 303)
    }
  })

  it('say what is wrong with a todo, and keep it', async () => {
    for (const [text, problem] of [
      [' ', 'Please say what is to be done'],
      ['x'.repeat(201), 'in 200 characters'],
    ] as const) {
      for (const headers of [{}, htmx]) {
        const { status, body } = await ask('/todos', headers, { text })
        assert.equal(status, 422)
        assert.ok(body.includes(problem) && body.includes(`value="${text.trim()}"`))
        assert.equal(body.includes('<html'), headers !== htmx)
      }
    }
  })

  it('end a list that anyone can fill', async () => {
    const statuses = new Set<number>()
    for (let i = 0; i < 101; i++) statuses.add((await ask('/todos', {}, { text: `todo ${i}` })).status)
    assert.deepEqual([...statuses], [303, 422])
    const ids = [...(await ask('/todos')).body.matchAll(/action="\/todos\/(\d+)\/delete"/g)].map(
      ([, id]) => id,
    )
    assert.equal(ids.length, 100)
    for (const id of ids) await ask(`/todos/${id}/delete`, {}, {})
  })

  it('refuse what other sites send', async () => {
    for (const path of ['/todos', '/todos/1/delete', '/form']) {
      assert.equal((await ask(path, { origin: 'http://evil.example' }, { text: 'x' })).status, 403)
    }
  })

  describe('in Chromium', { skip: without('chromium') }, () => {
    let chromium: Chromium
    before(async () => {
      chromium = await startChromium()
    })
    after(() => chromium?.[Symbol.asyncDispose]())

    async function addDoneDelete(page: Page): Promise<void> {
      await page.goto(`${example.url}/todos`)
      for (const text of ['First', 'Second']) {
        await page.fill('#new-todo', text)
        await page.click('text=Add')
        await page.getByText(text, { exact: true }).waitFor()
      }
      assert.equal(await page.textContent('#todos-left'), '2')
      await page.getByRole('button', { name: 'Done' }).first().click()
      await page.getByText('1 todo left').waitFor()
      assert.equal(await page.textContent('li.done span'), 'First')
      await page.getByRole('button', { name: 'Delete First' }).click()
      await page.getByText('First', { exact: true }).waitFor({ state: 'detached' })
      assert.deepEqual([page.url(), await page.textContent('#todos-left')], [`${example.url}/todos`, '1'])
      await page.getByRole('button', { name: 'Delete Second' }).click()
      await page.getByText('Nothing to do.').waitFor()
    }

    it('the list works with JavaScript, without a page load, and nothing is refused by the policy', async () => {
      const page = await chromium.context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(`${example.url}/about`)
      await page.evaluate('window.mark = 1')
      await page.getByRole('link', { name: 'Todos' }).click()
      await page.getByRole('heading', { name: 'Todos' }).waitFor()
      assert.equal(await page.evaluate('window.mark'), 1)
      assert.equal(await page.title(), 'Todos')
      await addDoneDelete(page)
      await page.goto(`${example.url}/htmx`)
      await page.fill('[name=q]', 'teapot')
      await page.locator('#results li', { hasText: '418' }).waitFor()
      await page.goto(`${example.url}/form`)
      await page.fill('[name=name]', ' ')
      await page.fill('[name=email]', 'ada@example.org')
      await page.click('text=Send')
      assert.equal(await page.textContent('[role=alert]'), 'Please tell us your name.')
      await page.fill('[name=name]', 'Ada')
      await page.click('text=Send')
      assert.equal(await page.textContent('[role=status]'), 'Thank you, Ada!')
      // The reply of status 422 is an error to the console, and to nobody else.
      assert.deepEqual(
        complaints.filter((text) => !text.includes('422')),
        [],
      )
      await page.close()
    })

    it('the list works without JavaScript, by page loads', async () => {
      const context = await chromium.context.browser()?.newContext({ javaScriptEnabled: false })
      assert.ok(context !== undefined)
      await addDoneDelete(await context.newPage())
      await context.close()
    })
  })
})
