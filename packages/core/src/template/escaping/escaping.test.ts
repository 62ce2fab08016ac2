import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { html, raw } from '../index.ts'
import { problemsOf, renderText } from '../template.suite.ts'

type Row = readonly [template: string, x: unknown, expected: string]

function escapes(rows: readonly Row[]): void {
  for (const [template, x, expected] of rows)
    assert.equal(renderText(template, { x, y: x }), expected, template)
}

function refuses(template: string, message: RegExp): void {
  const problems = problemsOf(template)
  assert.equal(problems.length, 1, `${template}: ${problems.join('\n') || 'accepted'}`)
  assert.match(problems[0] as string, message, template)
}

/** Begins a substitution in a template literal. */
const open = '$'.concat('{')

const quotes = `<b a="1" c='2'>&`

describe('text and attributes', () => {
  it('escape what is markup', () => {
    const escaped = '&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;'
    escapes([
      ['<p>{{x}}</p>', quotes, `<p>${escaped}</p>`],
      ['<p title="{{x}}">', quotes, `<p title="${escaped}">`],
      ["<p title='{{x}}'>", quotes, `<p title='${escaped}'>`],
      ['<title>{{x}}</title>', quotes, `<title>${escaped}</title>`],
      [
        '<textarea>{{x}}</textarea>',
        '</textarea><script>',
        '<textarea>&lt;/textarea&gt;&lt;script&gt;</textarea>',
      ],
      ['<noscript>{{x}}</noscript>', '</noscript>', '<noscript>&lt;/noscript&gt;</noscript>'],
      ['<!doctype {{x}}>', '><script>', '<!doctype &gt;&lt;script&gt;>'],
    ])
  })

  it('put quotes around values that have none', () => {
    escapes([
      ['<p title={{x}}>', 'a b', '<p title="a b">'],
      ['<p title=a{{x}}b id={{x}} class=c>', ' ', '<p title="a b" id=" " class="c">'],
      ['<p title={{x}} id=y>', '', '<p title="" id="y">'],
      ['<p title={{#if x}}{{x}}{{else}}no{{/if}}>', 'a b', '<p title="a b">'],
      ['<p title = {{x}}>', 'a', '<p title = "a">'],
      ['<a href=/x/{{x}}>', 'a b', '<a href="/x/a b">'],
      ['<p title=a"b{{x}}>', 1, '<p title="a&quot;b1">'],
    ])
  })

  it('keep the markup of HTML in text, and take it from attributes', () => {
    const value = html`<b>&amp;${'<'}</b>`
    escapes([
      ['{{x}}', value, '<b>&amp;&lt;</b>'],
      ['<p title="{{x}}">', value, '<p title="&lt;b&gt;&amp;&lt;&lt;/b&gt;">'],
      ['<p title="{{x}}">', raw(`"'`), '<p title="&quot;&#39;">'],
    ])
  })

  it('keep comments closed', () => {
    escapes([['<!-- {{x}}> -->', '--><script>', '<!-- &#45;&#45;&gt;&lt;script&gt;> -->']])
  })

  it('escape text twice in srcdoc', () => {
    escapes([
      ['<iframe srcdoc="{{x}}"></iframe>', '<b>', '<iframe srcdoc="&amp;lt;b&amp;gt;"></iframe>'],
      ['<iframe srcdoc="{{x}}"></iframe>', raw('<b>'), '<iframe srcdoc="&lt;b&gt;"></iframe>'],
      [
        '<iframe srcdoc="<p title=\'a\'>{{x}}<br>{{#if x}}<i>{{y}}</i>{{/if}}</p>"></iframe>',
        '<b>',
        '<iframe srcdoc="<p title=\'a\'>&amp;lt;b&amp;gt;<br><i>&amp;lt;b&amp;gt;</i></p>"></iframe>',
      ],
      [
        '<iframe srcdoc="&lt;style>p {}&lt;/style>{{x}}"></iframe>',
        1,
        '<iframe srcdoc="&lt;style>p {}&lt;/style>1"></iframe>',
      ],
    ])
  })

  it('refuse what is not text inside of srcdoc', () => {
    const inside = [
      '<script>{{x}}</script>',
      '&lt;script&gt;{{x}}',
      '&#60script>{{x}}',
      '&#x0000000000003c;script>{{x}}',
      '<script>&Lt;/script>{{x}}',
      '<script>&ltscript>&solscript>{{x}}',
      '<style>{{x}}</style>',
      "<a href='{{x}}'>",
      '<a title={{x}}>',
      "<p onclick='{{x}}'>",
      '<{{x}}>',
      '<!--{{x}}-->',
      '<textarea>{{x}}',
    ]
    for (const document of inside)
      refuses(`<iframe srcdoc="${document}"></iframe>`, /inside of srcdoc it can be text/)
    refuses('<iframe srcdoc="&lt{{x}}"></iframe>', /"&lt" in front of it could become an entity/)
    refuses('<iframe srcdoc="{{#if x}}<script>{{/if}}{{y}}"></iframe>', /have to end in the same place/)
    refuses('<iframe srcdoc="<script><!--</script>"></iframe>', /changes where the script ends/)
  })
})

describe('addresses', () => {
  const blocked = 'about:invalid#zzz'

  it('lead somewhere only with a scheme that runs no code', () => {
    const kept = [
      '/a',
      'a?b=c:d',
      '#x',
      '//h/',
      'https://h/',
      'HTTP://h',
      'mailto:a@b',
      'tel:1',
      'cid:x',
      'a/b:c',
      '',
    ]
    const dropped = [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' \u0001javascript:x',
      'java\tscript:x',
      'java\nscript:x',
      'vbscript:x',
      'data:text/html,x',
      'data:image/svg+xml,x',
      'blob:x',
      'file:///x',
      'x:y',
    ]
    for (const url of kept) assert.equal(renderText('<a href="{{x}}">', { x: url }), `<a href="${url}">`, url)
    for (const url of dropped)
      assert.equal(renderText('<a href="{{x}}">', { x: url }), `<a href="${blocked}">`, url)
    const image = 'data:image/png;base64,iVBORw0KGgo='
    assert.equal(renderText('<img src="{{x}}">', { x: image }), `<img src="${image}">`)
    assert.equal(
      renderText('<a href="{{x}}">', { x: new URL('https://h/?a&b') }),
      '<a href="https://h/?a&amp;b">',
    )
  })

  it('are known by their attributes', () => {
    for (const place of [
      'a href',
      'form action',
      'button formaction',
      'img src',
      'video poster',
      'object data',
      'blockquote cite',
      'image xlink:href',
      'use other:href',
      'div hx-get',
      'div data-hx-post',
      'div hx-vals',
      'a ping',
      'a HREF',
    ]) {
      assert.match(renderText(`<${place}="{{x}}">`, { x: 'javascript:1' }), /about:invalid/, place)
    }
    assert.equal(renderText('<p title="{{x}}">', { x: 'javascript:1' }), '<p title="javascript:1">')
    assert.equal(renderText(`<p hx-vals="{{x | json}}">`, { x: { a: 1 } }), '<p hx-vals="{&quot;a&quot;:1}">')
  })

  it('cannot be changed from behind', () => {
    escapes([
      ['<a href="/u/{{x}}">', 'a:b', '<a href="/u/a:b">'],
      ['<a href="https://{{x}}">', 'h:8', '<a href="https://h:8">'],
      ['<a href="java{{x}}">', 'script:alert(1)', `<a href="java${blocked}">`],
      ['<a href="{{x}}{{y}}">', 'javascript', '<a href="javascriptjavascript">'],
      ['<a href="{{x}}{{y}}">', ':alert(1)', `<a href=":alert(1)${blocked}">`],
      ['<a href="{{#if x}}{{x}}{{/if}}{{y}}">', 'javascript:1', `<a href="${blocked}${blocked}">`],
      ['<a href="/{{x}}">', '/evil', '<a href="/%2Fevil">'],
      ['<a href="/{{x}}">', '\\evil', '<a href="/%5Cevil">'],
      ['<a href="/{{x}}">', '\t/evil', '<a href="/%2Fevil">'],
      ['<a href="/{{x}}">', 'good', '<a href="/good">'],
      ['<a href="?q={{x}}&r={{y}}#{{x}}">', 'a&b=c', '<a href="?q=a%26b%3Dc&r=a%26b%3Dc#a&amp;b=c">'],
      ['<a href="/s?{{x}}">', 'a=1&b', '<a href="/s?a=1&amp;b">'],
      ['<a href="?q={{x}}">', `'"\ud800`, '<a href="?q=%27%22%EF%BF%BD">'],
    ])
  })

  it('become no entity together with the text in front', () => {
    refuses('<a href="{{x}}&{{y}}">', /"&" in front of it could become an entity with it; write &amp;/)
    refuses('<a href="/&{{x}}">', /could become an entity/)
    refuses('<img srcset="&{{x}}">', /could become an entity/)
    refuses('<p style="a: &{{x}}">', /could become an entity/)
    escapes([
      ['<a href="{{x}}&amp;{{y}}">', 'colon;', '<a href="colon;&amp;colon;">'],
      ['<a href="/?a&{{x}}=1">', 'colon;', '<a href="/?a&colon;=1">'],
      ['<p title="&{{x}}">', 'lt;', '<p title="&lt;">'],
    ])
  })

  it('with an unknown or dangerous scheme are refused', () => {
    refuses(`<p hx-vals='{"a": "{{x}}"}'>`, /give all of it as one value: hx-vals="{{… \| json}}"/)
    assert.deepEqual(problemsOf('<a href="2:30{{x}}">'), [])
    refuses('<a href="javascript:{{x}}">', /A value cannot stand here: the scheme of this address runs code/)
    refuses('<a href="java&#115;cript&colon;{{x}}">', /the scheme of this address/)
    refuses('<a href=" java\tscript:{{x}}">', /the scheme of this address/)
    refuses('<a href="&#106avascript:{{x}}">', /the scheme of this address/)
    refuses('<a href="&#00000000000106;avascript:{{x}}">', /the scheme of this address/)
    refuses('<a href="{{x}}:{{y}}">', /the scheme of this address/)
    refuses('<a href="data:{{x}}">', /the scheme of this address/)
    refuses('<a href="data:text/html,{{x}}">', /the scheme of this address/)
    escapes([['<img src="data:image/png;base64,{{x}}">', 'AAA=', '<img src="data:image/png;base64,AAA=">']])
  })

  it('stand one by one in srcset', () => {
    escapes([
      ['<img srcset="{{x}}">', '/a 1x, javascript:1 2x', `<img srcset="/a 1x,${blocked}">`],
      ['<img srcset="{{x}} {{y}}w, /b 2x">', 3, '<img srcset="3 3w, /b 2x">'],
    ])
  })
})

describe('styles', () => {
  it('take words, numbers, colours and harmless functions', () => {
    const kept = [
      'red',
      '#f00',
      '10px',
      '50%',
      '1.5em 2em',
      'rgb(1 2 3 / 50%)',
      'calc(2 * 3px)',
      'var(--a)',
      'a, b',
      '-1',
    ]
    const dropped = [
      'red;color:blue',
      'url(x)',
      'URL (x)',
      'expression(1)',
      'image-set(x)',
      '"x"',
      "'x",
      'a{b}',
      '</style>',
      '/*x',
      'a)b(',
      'rgb(1',
      '\\75rl(x)',
      'a@b',
      'a:b',
    ]
    for (const x of kept)
      assert.equal(renderText('<p style="color: {{x}}">', { x }), `<p style="color: ${x}">`, x)
    for (const x of dropped) {
      assert.equal(renderText('<p style="a: {{x}}">', { x }), '<p style="a: zzz-blocked">', x)
      assert.equal(
        renderText('<style>a { b: {{x}} }</style>', { x }),
        '<style>a { b: zzz-blocked }</style>',
        x,
      )
    }
  })

  it('take anything in quotes', () => {
    escapes([
      [`<style>a { content: "{{x}}" }</style>`, '"}<', '<style>a { content: "\\22 \\7d \\3c " }</style>'],
      [`<p style="a: url('{{x}}')">`, '/a b', `<p style="a: url('\\2f a b')">`],
      [`<p style="a: url('{{x}}')">`, 'javascript:1', `<p style="a: url('about\\3a invalid\\23 zzz')">`],
    ])
  })

  it('take nothing elsewhere', () => {
    refuses('<p style="{{x}}">', /the value of a property/)
    refuses('<style>{{x}} { a: b }</style>', /the value of a property/)
    refuses('<style>a { {{x}}: b }</style>', /the value of a property/)
    refuses('<p style="a: url({{x}})">', /put the address in quotes/)
    refuses(`<p style="a: url('javascript:{{x}}')">`, /not safe/)
    refuses('<style>a { b: c; {{x}} }</style>', /the value of a property/)
    refuses('<style>a { b: c /* {{x}} */ }</style>', /the value of a property/)
  })
})

describe('scripts', () => {
  it('take whole values, as JSON that ends nothing', () => {
    const x = `</script><!--\u2028'"\`/*`
    const json = '"\\u003c\\/script\\u003e\\u003c!--\\u2028\\u0027\\"\\u0060\\/*"'
    escapes([
      ['<script>let a = {{x}}</script>', x, `<script>let a = ${json}</script>`],
      ['<script type=module>f({{x}})</script>', x, `<script type="module">f(${json})</script>`],
      [
        '<script type="application/json">{{x}}</script>',
        { a: 1 },
        '<script type="application/json">{"a":1}</script>',
      ],
      ['<script>let a = {{x | json}}</script>', [1, null], '<script>let a = [1,null]</script>'],
      [
        '<script>// {{x}}\n/* {{x}} */</script>',
        'a\n*/b',
        '<script>// "a\\n*\\/b"\n/* "a\\n*\\/b" */</script>',
      ],
      [
        `<script>a = \`${open} {{x}} }\` + b / {{x}} / 2</script>`,
        1,
        `<script>a = \`${open} 1 }\` + b / 1 / 2</script>`,
      ],
      [
        "<script>let r = /['\"`]/.test('a'), b = {{x}}</script>",
        1,
        "<script>let r = /['\"`]/.test('a'), b = 1</script>",
      ],
      ['<script>{{#if x}}a({{x}}){{else}}b(){{/if}}</script>', 1, '<script>a(1)</script>'],
      ['<script>f({{x}})</script>', undefined, '<script>f(null)</script>'],
      ['<script>f({{x}})</script>', raw('<b>'), '<script>f("\\u003cb\\u003e")</script>'],
    ])
    assert.throws(() => renderText('<script>f({{x}})</script>', { x: 1n }), { code: 'ZZZ_TEMPLATE_VALUE' })
  })

  it('take none inside strings and regular expressions, or in other languages', () => {
    refuses('<script>a = "{{x}}"</script>', /leave the quotes around it away/)
    refuses("<script>a = '{{x}}'</script>", /leave the quotes/)
    refuses('<script>a = `{{x}}`</script>', /leave the quotes/)
    refuses('<script>a = "\\"{{x}}"</script>', /leave the quotes/)
    refuses(`<script>a = \`${open} {b: "}"} }{{x}}\`</script>`, /leave the quotes/)
    refuses(`<script>a = \`${open}{{x}}}\`</script>`, /read as \$ and a raw/)
    refuses('<script>a = /{{x}}/</script>', /a regular expression cannot hold data/)
    refuses('<script>a = "\n{{x}}</script>', /does not end in its line/)
    refuses('<script type="text/x-template">{{x}}</script>', /in no language we know/)
    refuses('<script type="{{x}}"></script>', /it decides what <script> means/)
    refuses('<script><!-- {{x}}</script>', /changes where the script ends/)
    refuses('<p onclick="f({{x}})">', /run "onclick" as code/)
    for (const name of [
      'hx-on:click',
      'data-hx-on',
      'hx-trigger',
      '@click',
      ':href',
      'x-data',
      'v-html',
      '_',
    ]) {
      refuses(`<p ${name}="{{x}}">`, /as code/)
    }
  })
})

describe('places where nothing is safe', () => {
  it('are refused', () => {
    refuses('<{{x}}>', /the name of a tag/)
    refuses('<b{{x}}>', /the name of a tag/)
    refuses('</{{x}}>', /the name of a tag/)
    refuses('<p {{x}}>', /the name of an attribute/)
    refuses('<p a{{x}}="b">', /the name of an attribute/)
    refuses('<!{{x}}>', /begin a comment/)
    refuses('<title></{{x}}</title>', /could become a tag/)
    refuses('<svg><animate attributeName="href" to="{{x}}"/></svg>', /can set any attribute/)
    refuses('<meta http-equiv="refresh" content="{{x}}">', /a meta tag that refreshes/i)
    refuses('<meta content="{{x}}" http-equiv=refresh>', /a meta tag that refreshes/i)
    refuses('<meta http-equiv="{{x}}" content="1">', /it decides/)
    refuses('<svg><title><a href="{{x}}"></title></svg>', /browsers disagree/)
    refuses('<svg><style><a title="{{x}}"></style></svg>', /browsers disagree/)
    assert.deepEqual(problemsOf('<meta name="description" content="{{x}}">'), [])
    assert.deepEqual(problemsOf(`<meta http-equiv="Content-Security-Policy" content="{{x}}">`), [])
    assert.deepEqual(problemsOf('<svg/><title><a></title>'), [])
  })

  it('take raw values', () => {
    escapes([
      ['<p {{{x}}}>', 'a="b"', '<p a="b">'],
      ['<p onclick="{{{x}}}">', 'f()', '<p onclick="f()">'],
      ['<{{{x}}}>', 'b', '<b>'],
      ['<p style="{{{x}}}">', 'a:b;c:d', '<p style="a:b;c:d">'],
    ])
  })

  it('are left by all branches in the same way', () => {
    refuses(
      '{{#if a}}<p title="{{/if}}">',
      /The branches of this block end in an attribute of <p> or in text/,
    )
    refuses('<p title="{{#if a}}"{{/if}}>', /branches of this block/)
    refuses('{{#each a as |b|}}<p {{/each}}>', /begins in text and ends in the tag <p>/)
    refuses('{{#if a}}<script>{{/if}}', /branches of this block/)
    refuses('<script>{{#if a}}"{{/if}}</script>', /branches of this block/)
    refuses('<p title="', /This ends inside an attribute of <p>/)
    refuses('<svg>', /<svg> or <math> that is not closed/)
    refuses('{{#content "x"}}<p {{/content}}', /ends inside the tag <p>/)
    refuses('<p title="{{{yield}}}">', /A yield stands between elements/)
    assert.deepEqual(
      problemsOf('<p {{#if a}}class="b"{{/if}} {{#if a}}title="{{b}}"{{else}}id="c"{{/if}}>'),
      [],
    )
    assert.deepEqual(problemsOf('<p{{#if a}} class="b"{{/if}}{{#if a}} hidden{{/if}}>{{a}}</p>'), [])
    assert.deepEqual(problemsOf('<p{{#each a as |b|}} data-x="{{b}}"{{/each}} id="{{a}}">'), [])
    refuses('<p{{#if a}} class="b"{{/if}}id="c">', /White space is missing here/)
    refuses('<p{{#if a}} hidden{{/if}}="{{b}}">', /White space is missing here/)
    assert.deepEqual(problemsOf('<p class="a{{#each b as |c|}} {{c}}{{/each}}">'), [])
  })
})
