import { expect, it } from 'vitest';
import { minutes } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { openLife, openStage, wideBudget } from '../support/rig.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const families = [
  'reportsTenant', 'reportsApp', 'traces', 'policies', 'intune', 'security', 'directory', 'management', 'mimecast',
]; // prettier-ignore

it('no provider is asked more often than it allows, by all sources together, catching up and for an hour', async () => {
  const world = inventWorld({ seed: 5, now: smallWorldNow, events: 3_000, tenants: 1 });
  const stage = await openStage({ world });
  const life = await openLife(stage, await tempFolder());
  try {
    const targets = await life.targets(contosoId);
    expect(new Set(targets.map(({ ref }) => ref.source)).size).toBe(19);
    // Everything at once, as the product does after its start, and then every five minutes.
    for (let turn = 0; turn <= 12; turn += 1) {
      await Promise.all(
        targets.map(target => pull(life.deps, target, { trigger: 'timer', budget: wideBudget })),
      );
      stage.clock.advance(minutes(5));
    }
    const { counts, limits } = stage.simulator.control.requests();
    for (const { name, limit, highest } of limits) {
      process.stdout.write(`${name.padEnd(24)} at most ${highest} of ${limit}\n`);
    }
    // Each family that has a limit of its own was counted, and none was refused by it.
    expect(limits.filter(({ refused, highest, limit }) => refused > 0 || highest > limit)).toEqual([]);
    const counted = limits.filter(({ highest }) => highest > 0).map(({ name }) => name);
    expect(counted).toEqual(expect.arrayContaining(families));
    const throttled = Object.entries(counts).filter(([, tenants]) =>
      Object.values(tenants).some(statuses => '429' in statuses),
    );
    expect(throttled).toEqual([]);
  } finally {
    await life.end();
  }
});
