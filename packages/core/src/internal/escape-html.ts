const special = /[&<>"']/

/** Escapes text for elements and quoted attributes. Most text has nothing to escape, and a test is all it costs. */
export function escapeHtml(text: string): string {
  if (!special.test(text)) return text
  let escaped = ''
  let last = 0
  for (let i = 0; i < text.length; i++) {
    const entity = entityOf(text.charCodeAt(i))
    if (entity === '') continue
    escaped += text.slice(last, i) + entity
    last = i + 1
  }
  return escaped + text.slice(last)
}

function entityOf(code: number): string {
  switch (code) {
    case 34:
      return '&quot;'
    case 38:
      return '&amp;'
    case 39:
      return '&#39;'
    case 60:
      return '&lt;'
    case 62:
      return '&gt;'
    default:
      return ''
  }
}
