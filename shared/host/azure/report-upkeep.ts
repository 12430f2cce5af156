import { countBehind } from '../../pipeline/due-connections.ts';
import type { Running } from './instance.ts';

/**
 * What watches the installation reads this line: how many streams are behind, what waits, what was buried, which
 * stores do not answer. Counting happens here and not in the alert, so that both profiles mean the same by it.
 */
export async function reportUpkeep({ app, profile, telemetry }: Running): Promise<void> {
  const targets = await app.work.targets();
  const behind = await countBehind(app.work, targets);
  const depth = await profile.queue.depth();
  const unwell = Object.entries(await profile.check()).flatMap(([store, said]) =>
    said === null ? [] : [store],
  );
  telemetry.event('upkeep.reported', {
    streams: targets.length,
    behind,
    waiting: depth.waiting,
    buried: depth.buried,
    unwell: unwell.join(' '),
  });
}
