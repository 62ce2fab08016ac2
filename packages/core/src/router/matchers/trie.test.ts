import { testMatcher } from '../matcher.suite.ts'
import { TrieMatcher } from './trie.ts'

testMatcher('trie', (entries) => new TrieMatcher(entries))
