import { expect, it } from 'vitest';
import { contosoId, inventWorld } from '../../simulator/world/invent-world.ts';
import { days, minutes } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { stateSources } from '../../simulator/world/state.ts';
import { expectSealed } from '../support/kept.ts';
import { openLife, openStage, wideBudget } from '../support/rig.ts';
import { smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const victim = 'lena.okafor@contoso.example';

it('shows an attack while it happens: who was given a role, and which policy got a hole', async () => {
  const world = inventWorld({ seed: 5, now: smallWorldNow, events: 3_000, tenants: 1 });
  const stage = await openStage({ world });
  const life = await openLife(stage, await tempFolder());
  const targets = (await life.targets(contosoId)).filter(target => target.ref.source in stateSources);
  expect(targets.map(target => target.ref.stream)).toHaveLength(5);
  const first = targets[0];
  if (first === undefined) throw new Error('no stream');
  const readAll = async (): Promise<void> => {
    for (const target of targets) {
      await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
      await expectSealed(life.profile, target);
    }
  };
  const events = async (): Promise<readonly StoredEvent[]> =>
    (await life.profile.events.changes([first.scope], null, 5_000)).changes.map(({ event }) => event);

  await readAll();
  const before = await events();
  expect(before.length).toBeGreaterThan(40);
  expect(before.every(event => event.severity === 'informational' && event.operation.endsWith('found'))).toBe(
    true,
  );
  stage.clock.advance(minutes(10));
  await readAll();
  const after = (await events()).slice(before.length);
  const told = after.map(event => `${event.severity}: ${event.summary}`);
  expect(told).toContain(`high: ${victim} was given the role Global Administrator`);
  expect(told).toContainEqual(
    expect.stringMatching(
      /^high: The conditional access policy “Require MFA for all users” changed: conditions\.users\.excludeUsers: \+ /,
    ),
  );
  expect(after.filter(event => event.operation === 'Conditional access policy changed')).toHaveLength(1);
  // The policy's own time of change lies between the two readings; the excluded person is its target.
  const policy = after.find(event => event.operation === 'Conditional access policy changed');
  expect(policy?.time).toBe(new Date(smallWorldNow + minutes(6)).toISOString());
  expect(policy?.targets.map(target => target.kind)).toEqual(['policy', 'user']);
  // The limits of each service, as the simulator counts them: one request a second for policies, over all apps.
  const { limits } = stage.simulator.control.requests();
  expect(limits.map(limit => limit.name)).toEqual(
    expect.arrayContaining(['policies', 'reportsTenant', 'directory']),
  );
  expect(limits.filter(limit => limit.refused > 0)).toEqual([]);
  // Without a change nothing is told, whatever order the answers come in.
  const known = await events();
  for (let reading = 0; reading < 3; reading += 1) {
    stage.clock.advance(minutes(3));
    await readAll();
  }
  expect(await events()).toHaveLength(known.length);
  // Half a year later people have come and gone, and registered other methods.
  stage.clock.advance(days(183));
  await readAll();
  const later = new Set((await events()).slice(known.length).map(event => event.operation));
  for (const word of ['MFA registration changed', 'MFA registration added', 'MFA registration removed']) {
    expect(later).toContain(word);
  }
  await life.end();
});
