import { testMatcher } from '../matcher.suite.ts'
import { LinearMatcher } from './linear.suite.ts'

testMatcher('linear (the reference)', (entries) => new LinearMatcher(entries))
