/** Work for the processor: so many steps of a calculation, whose result nobody needs. */
export function spin(steps: number): number {
  let value = 0
  for (let step = 0; step < steps; step++) value = (value * 31 + step) | 0
  return value
}

/** The steps that take so many milliseconds of processor time, however long they last beside other processes. */
export function stepsFor(milliseconds: number): number {
  const steps = 1e8
  spin(steps)
  const start = process.cpuUsage()
  for (let round = 0; round < 5; round++) spin(steps)
  const { user, system } = process.cpuUsage(start)
  return Math.round((5 * steps * milliseconds * 1000) / (user + system))
}
