export {
  type Attribute,
  type Attributes,
  type Factory,
  type FactoryRepo,
  factory,
  Parent,
  parent,
} from './factory.ts'
export { type AnyRepo, type Box, createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts'
export { runSeeds, type SeedOptions } from './seeds.ts'
