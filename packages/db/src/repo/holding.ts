import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { Connection, Driver, Intent } from '../driver/driver.ts'
import { Caller } from '../internal/caller.ts'

/**
 * What subscribers of the tracing channel `zzz:connection` get: one object for a connection that someone has for
 * himself, for a transaction or a stream, from when it was asked for until it is given back.
 */
export class HoldingEvent {
  /** The name of the repo. */
  readonly database: string
  readonly intent: Intent
  /** Milliseconds that it took to get the connection. */
  waited = 0
  /** Milliseconds for which it was held; 0 until it is given back. */
  duration = 0
  /** The statement that ran on it last. */
  doing = ''
  /** Why there was no connection; undefined while there is one. */
  error: unknown = undefined
  readonly #caller = new Caller()

  /** @internal */
  constructor(database: string, intent: Intent) {
    this.database = database
    this.intent = intent
  }

  /** The code that began the transaction or the stream; undefined where the stack does not tell. */
  get caller(): string | undefined {
    return this.#caller.text
  }
}

/** Published by transactions and streams. */
export const holdingChannel: TracingChannel<HoldingEvent> = tracingChannel('zzz:connection')

/** A connection of one's own; told of on the channel while someone listens. */
export async function openConnection(database: string, driver: Driver, intent: Intent): Promise<Connection> {
  return holdingChannel.hasSubscribers ? openTraced(database, driver, intent) : driver.open(intent)
}

async function openTraced(database: string, driver: Driver, intent: Intent): Promise<Connection> {
  const event = new HoldingEvent(database, intent)
  const asked = performance.now()
  holdingChannel.start.publish(event)
  try {
    const connection = await driver.open(intent)
    event.waited = performance.now() - asked
    holdingChannel.asyncStart.publish(event)
    return watched(connection, event)
  } catch (error) {
    event.error = error
    event.waited = performance.now() - asked
    holdingChannel.error.publish(event)
    holdingChannel.asyncEnd.publish(event)
    throw error
  }
}

/** The same connection, which notes what it does, and when it is given back. */
function watched(connection: Connection, event: HoldingEvent): Connection {
  const since = performance.now()
  return {
    run(statement, parameters) {
      event.doing = statement.text
      return connection.run(statement, parameters)
    },
    cursor(statement, parameters) {
      event.doing = statement.text
      return connection.cursor(statement, parameters)
    },
    script(text) {
      event.doing = text
      return connection.script(text)
    },
    release(state) {
      event.duration = performance.now() - since
      connection.release(state)
      holdingChannel.asyncEnd.publish(event)
    },
  }
}
