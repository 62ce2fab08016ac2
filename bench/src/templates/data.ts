/** The data of the template benchmark: mostly plain text, some of it with markup to escape, as pages have it. */

export interface Row {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly total: string
  readonly open: boolean
  readonly note: string
}

export interface Post {
  readonly url: string
  readonly title: string
  readonly author: { readonly name: string }
  readonly date: string
  readonly excerpt: string
  readonly tags: readonly string[]
  readonly comments: number
}

export interface TableData {
  readonly rows: readonly Row[]
}

export interface PageData {
  readonly title: string
  readonly description: string
  readonly year: number
  readonly site: {
    readonly name: string
    readonly links: readonly { readonly url: string; readonly text: string; readonly active: boolean }[]
  }
  readonly user: { readonly name: string } | null
  readonly posts: readonly Post[]
}

const names = ['Ada Lovelace', 'Grace Hopper', "Miles O'Brien", 'Jean <Bartik>', 'Barbara Liskov']

/** A table of 100 rows; one cell in ten has something to escape. */
export const tableData: TableData = {
  rows: Array.from({ length: 100 }, (_, index) => ({
    id: 1000 + index,
    name: names[index % names.length] as string,
    email: `customer${index}@example.com`,
    total: `${(index * 37.5).toFixed(2)} EUR`,
    open: index % 3 === 0,
    note: index % 4 === 0 ? 'Pens & paper, see "remarks"' : 'Delivered as ordered, no complaints',
  })),
}

const sentence =
  'Programs must be written for people to read, and only incidentally for machines to execute; whoever forgets it pays later. '

/** A page with a head, links, a user and ten articles. */
export const pageData: PageData = {
  title: 'News & notes',
  description: 'What happened in the last weeks, "big" and small',
  year: 2026,
  site: {
    name: 'The <zzz> Gazette',
    links: ['Home', 'News', 'Shop', 'About', 'Contact'].map((text, index) => ({
      url: `/${text.toLowerCase()}`,
      text,
      active: index === 1,
    })),
  },
  user: { name: "Miles O'Brien" },
  posts: Array.from({ length: 10 }, (_, index) => ({
    url: `/posts/${index}`,
    title: index % 3 === 0 ? `Part ${index}: "strings" & <things>` : `Part ${index}: how it all began`,
    author: { name: names[index % names.length] as string },
    date: `2026-11-${String(index + 10)}`,
    excerpt: sentence.repeat(3),
    tags: ['news', 'c++', 'a & b'].slice(0, 1 + (index % 3)),
    comments: index * 3,
  })),
}
