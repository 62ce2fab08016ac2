import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type NestedParam, nestedParam } from './resource-names.ts'

describe('nestedParam', () => {
  it('says the same as its type', () => {
    const names: {
      readonly [Pattern in
        | '/posts'
        | '/admin/blog-posts'
        | '/categories'
        | '/boxes'
        | '/classes'
        | '/class'
        | '/branches'
        | '/user_groups'
        | '/staff']: NestedParam<Pattern, 'id'>
    } = {
      '/posts': 'postId',
      '/admin/blog-posts': 'blogPostId',
      '/categories': 'categoryId',
      '/boxes': 'boxId',
      '/classes': 'classId',
      '/class': 'classId',
      '/branches': 'branchId',
      '/user_groups': 'userGroupId',
      '/staff': 'staffId',
    }
    for (const [pattern, name] of Object.entries(names)) assert.equal(nestedParam(pattern, 'id'), name)
    const slug: NestedParam<'/posts', 'slug'> = 'postSlug'
    assert.equal(nestedParam('/posts', 'slug'), slug)
  })
})
