import { ZzzError } from '../errors.ts'

/** The first descriptor that systemd hands over; see sd_listen_fds(3). */
const firstDescriptor = 3

/**
 * The listening socket of systemd's socket activation. Throws `ZZZ_OPTION_INVALID` when this process was handed none:
 * `LISTEN_FDS` says how many there are, `LISTEN_PID` whom they are for.
 */
export function activatedSocket(environment: NodeJS.ProcessEnv = process.env): number {
  const { LISTEN_FDS, LISTEN_PID } = environment
  if (!(Number(LISTEN_FDS) >= 1) || (LISTEN_PID !== undefined && Number(LISTEN_PID) !== process.pid)) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      "serve: fd is 'systemd', but this process was handed no socket (LISTEN_FDS). Start it by its .socket unit",
    )
  }
  return firstDescriptor
}
