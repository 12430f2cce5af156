import type { Duration } from '../kernel/time.ts';
import { sources } from '../sources/index.generated.ts';

/** How far back a source asks where a connection says nothing else; null for one that is not asked by window. */
export function usualMemory(id: string): Duration | null {
  const pull = sources.find(source => source.id === id)?.pull;
  return pull?.kind === 'window' ? pull.policy.lookback : null;
}
