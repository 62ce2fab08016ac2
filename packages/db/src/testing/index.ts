export type { AnyRepo } from '../repo/repo.ts'
export {
  type Attribute,
  type Attributes,
  type Factory,
  type FactoryRepo,
  factory,
  Parent,
  parent,
} from './factory.ts'
export { type Box, createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts'
export { runSeeds, type SeedOptions } from './seeds.ts'
