import { onLinkMessage, type ProcessLink, primaryLink, workerLinks } from './process-link.ts'

/** What a worker, asked, tells the others. */
export interface Answer<T> {
  /** Something that can be cloned. */
  readonly value: T
  /** About how long it is. */
  readonly bytes: number
}

/** Asks every worker of this program. Calls at the same time share one round. */
export type Gather<T> = () => Promise<readonly T[]>

type Message =
  /** A worker asks the primary. */
  | { readonly step: 'ask'; readonly id: number; readonly topic: string }
  /** The primary asks the other workers for it. */
  | { readonly step: 'wanted'; readonly id: number; readonly topic: string; readonly asker: number }
  /** One of them answers the primary. */
  | { readonly step: 'answer'; readonly id: number; readonly asker: number; readonly value: unknown }
  /** The primary says how many answers will come. */
  | { readonly step: 'expect'; readonly id: number; readonly count: number }
  /** It hands on one of them. */
  | { readonly step: 'given'; readonly id: number; readonly value: unknown }

interface Round {
  readonly answers: unknown[]
  expected: number
  readonly finish: () => void
}

const kind = 'gather'

/** Milliseconds until a round ends without those that have not answered: they start, end or hang. */
const patience = 1000

const topics = new Map<string, () => Promise<Answer<unknown>>>()
const rounds = new Map<number, Round>()
const numbers = new WeakMap<ProcessLink, number>()
let lastRound = 0
let lastLink = 0

/**
 * Lets the workers of a program ask each other: `answer` is what this one tells of a topic, and the result asks all of
 * them, this one first. Without workers it is this process alone. To be called in every process, the primary included,
 * which passes the messages on.
 */
export function gatherFromWorkers<T>(topic: string, answer: () => Promise<Answer<T>>): Gather<T> {
  topics.set(topic, answer)
  onLinkMessage(kind, (body, link) => hear(body as Message, link))
  let current: Promise<readonly T[]> | undefined
  return () => {
    current ??= runRound(topic, answer).finally(() => {
      current = undefined
    })
    return current
  }
}

async function runRound<T>(topic: string, answer: () => Promise<Answer<T>>): Promise<readonly T[]> {
  const others = askOthers(topic)
  const { value } = await answer()
  return [value, ...((await others) as T[])]
}

async function askOthers(topic: string): Promise<readonly unknown[]> {
  const id = ++lastRound
  if (primaryLink?.send(kind, { step: 'ask', id, topic } satisfies Message) !== true) return []
  const { promise, resolve } = Promise.withResolvers<void>()
  const round: Round = { answers: [], expected: Number.POSITIVE_INFINITY, finish: resolve }
  rounds.set(id, round)
  const timer = setTimeout(resolve, patience)
  await promise
  clearTimeout(timer)
  rounds.delete(id)
  return round.answers
}

function hear(message: Message, link: ProcessLink): void {
  switch (message.step) {
    case 'ask':
      return passOn(message.id, message.topic, link)
    case 'wanted':
      return void tell(message.id, message.topic, message.asker, link)
    case 'answer':
      return handBack(message.id, message.asker, message.value)
    case 'expect':
    case 'given':
      return collect(message)
  }
}

/** In the primary: asks every worker but the one that asked. */
function passOn(id: number, topic: string, from: ProcessLink): void {
  const asker = numberOf(from)
  const wanted: Message = { step: 'wanted', id, topic, asker }
  const asked = [...workerLinks].filter((link) => link !== from && link.send(kind, wanted))
  from.send(kind, { step: 'expect', id, count: asked.length } satisfies Message)
}

/** In a worker that is asked. What fails to answer says nothing, and is waited for no longer than the round lasts. */
async function tell(id: number, topic: string, asker: number, primary: ProcessLink): Promise<void> {
  try {
    const answer = await topics.get(topic)?.()
    if (answer === undefined) return
    const { value, bytes } = answer
    primary.send(kind, { step: 'answer', id, asker, value } satisfies Message, bytes)
  } catch {
    // Whoever asked counts without it.
  }
}

/** In the primary: gives an answer to the worker that asked, if it is still there. */
function handBack(id: number, asker: number, value: unknown): void {
  const link = [...workerLinks].find((one) => numbers.get(one) === asker)
  link?.send(kind, { step: 'given', id, value } satisfies Message)
}

/** In the worker that asked. */
function collect(message: Extract<Message, { step: 'expect' | 'given' }>): void {
  const round = rounds.get(message.id)
  if (round === undefined) return
  if (message.step === 'expect') round.expected = message.count
  else round.answers.push(message.value)
  if (round.answers.length >= round.expected) round.finish()
}

function numberOf(link: ProcessLink): number {
  const number = numbers.get(link) ?? ++lastLink
  numbers.set(link, number)
  return number
}
