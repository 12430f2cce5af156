import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { openLife, openStage, pullToRest, wideBudget } from '../support/rig.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const world = inventWorld({ seed: 5, now: smallWorldNow, events: 5_000, tenants: 1 });

it('stores what came before a page that cannot be read, and goes on behind it when it can', async () => {
  const stage = await openStage({
    world,
    connection: { remembersDays: 6, everySeconds: 5 * 86_400 },
  });
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(({ ref }) => ref.stream === 'Audit.SharePoint');
  if (target === undefined) throw new Error('no such stream');
  const held: number[] = [];
  const split: PullTarget['source']['split'] = bytes => {
    if (held.length === 3) throw new AppError('provider.malformed', 'retry-later', 'Not a page.');
    const records = target.source.split(bytes);
    held.push(records.length);
    return records;
  };
  const damaged = { ...target, source: { ...target.source, split } };

  const failed = pull(life.deps, damaged, { trigger: 'timer', budget: wideBudget });
  await expect(failed).rejects.toMatchObject({ code: 'provider.malformed' });
  const { events } = await life.profile.events.counts(target.scope);
  // A blob may repeat a few records of the one before it.
  expect(events).toBeGreaterThan(Math.max(...held));
  expect(events).toBeLessThanOrEqual(held.reduce((sum, count) => sum + count, 0));
  // The page itself is kept, like every other: what cannot be read today is read from there tomorrow.
  const kept: string[] = [];
  for await (const { key } of life.profile.archive.list(target.scope, '')) kept.push(key);
  expect(kept.filter(key => key.includes('/page-')).length).toBeGreaterThan(held.length);

  await pullToRest(life, target, stage.clock);
  expect((await life.profile.events.counts(target.scope)).events).toBeGreaterThan(events);
  await life.end();
});

it('stores nothing of a page that proves broken behind the first records taken of it', async () => {
  const stage = await openStage({ world, connection: { remembersDays: 29, everySeconds: 40 * 86_400 } });
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(({ ref }) => ref.source === 'entra.directory-audits');
  if (target === undefined) throw new Error('no such stream');
  let whole = 0;
  // The last record of the first large page: hundreds have been taken by then.
  let broken: Uint8Array | null = null;
  const split: PullTarget['source']['split'] = bytes => {
    const records = target.source.split(bytes);
    if (broken === null && records.length > 300) broken = bytes;
    if (bytes !== broken) {
      whole += records.length;
      return records;
    }
    const text = Buffer.from(bytes).toString();
    const at = text.lastIndexOf('"activityDateTime":"');
    return target.source.split(Buffer.from(text.slice(0, at) + text.slice(at).replace(/:"[^"]*"/, ':nul')));
  };
  const damaged = { ...target, source: { ...target.source, split } };

  const failed = pull(life.deps, damaged, { trigger: 'timer', budget: wideBudget });
  await expect(failed).rejects.toMatchObject({ code: 'provider.malformed' });
  expect(broken).not.toBeNull();
  expect(await life.profile.events.counts(target.scope)).toMatchObject({ events: whole, quarantined: 0 });

  await pullToRest(life, target, stage.clock);
  expect((await life.profile.events.counts(target.scope)).events).toBeGreaterThan(whole + 300);
  await life.end();
});
