/** A tag with an inline style; text and values of attributes hold no angle brackets. */
const styledTag = /<[a-z][^<>]*\sstyle="[^"]*"[^<>]*>/g
const clickedTag = /<[a-z][^<>]*\sonclick="\w+\(this\)"[^<>]*>/g

/**
 * A page as a Content-Security-Policy with a nonce lets it work: what stands in `style` and `onclick` attributes, which
 * no nonce can allow, moves into a style sheet and a script that have it.
 */
export function strictPage(html: string, nonce: string): string {
  const styles = new Map<string, number>()
  const indexOf = (style: string): number => {
    const index = styles.get(style) ?? styles.size
    styles.set(style, index)
    return index
  }
  const moved = html
    .replace(styledTag, (tag) =>
      tag.replace(/\sstyle="([^"]*)"/, (_, style) => ` data-style="${indexOf(style)}"`),
    )
    .replace(clickedTag, (tag) => tag.replace(/\sonclick="(\w+)\(this\)"/, ' data-click="$1"'))
  return `${moved}<style nonce="${nonce}">${[...styles].map(toRule).join('')}</style><script nonce="${nonce}">${clicks}</script>`
}

/** Said three times, an attribute is stronger than the page's own rules, as an inline style would be. */
function toRule([style, index]: [style: string, index: number]): string {
  return `${`[data-style="${index}"]`.repeat(3)}{${style}}`
}

const clicks = `for (const element of document.querySelectorAll('[data-click]')) {
  element.addEventListener('click', () => globalThis[element.dataset.click](element))
}`
