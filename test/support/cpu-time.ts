/**
 * Milliseconds of processor that this process has had since `then`. Of a busy machine it gets less of each second, so that
 * by the clock the same work takes many times as long.
 */
export function cpuMsSince(then: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(then);
  return (user + system) / 1_000;
}
