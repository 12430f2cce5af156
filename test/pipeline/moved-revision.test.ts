import { expect, it } from 'vitest';
import { hours, isoInstant } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import type { Operation } from '../../shared/model/run.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { newRenormalize, renormalizeStateOf } from '../../shared/pipeline/renormalize-state.ts';
import { renormalize, type RenormalizeDeps } from '../../shared/pipeline/renormalize.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { Problem, type Source } from '../../shared/sources/_kit/source.ts';
import { Killed, mortal, type Moment } from '../crash/mortal.ts';
import { plainRequest } from '../search/naive-index.ts';
import { logHouse, logPolicy, logProvider, logSource } from '../support/log-provider.ts';
import { wideBudget } from '../support/rig.ts';

const log = logSource(logPolicy);
/** Takes a record that says "first" for another thing than its id tells; what `refuses` matches it cannot read. */
const mended = (refuses: RegExp): Source =>
  ({
    ...log,
    mapping: 2,
    identity: record => (record.text === 'first' ? [record.id, 'apart'] : [record.id]),
    normalize: (record, about) => {
      if (refuses.test(record.text ?? '')) throw new Problem('text: expected another');
      return log.normalize(record, about);
    },
  }) as typeof log as Source;

/** One event of two revisions, stored and found. */
async function scene() {
  const house = await logHouse(logProvider());
  const at = house.clock.now() - hours(1);
  const { events, index, operations } = house.profile;
  const { scope, tenant } = house.target;
  for (const text of ['first', 'second']) {
    house.provider.entries = [{ id: 'e1', at, text }];
    await house.run();
    house.clock.advance(hours(2));
  }
  const project = () => projectIndex(events, index);
  const told = async (): Promise<string[]> => (await house.events()).map(({ event }) => event.summary).sort();
  const found = async (): Promise<string[]> => {
    await project();
    const { hits } = await index.search([scope], { ...plainRequest, node: parseQuery('source:acme.log') });
    const shown = await Promise.all(hits.map(async hit => (await events.get(scope, hit.id))?.summary));
    return shown.map(summary => summary ?? 'nothing').sort();
  };
  /** What came of making everything anew. */
  const madeAnew = async (source: Source, using: Partial<RenormalizeDeps> = {}) => {
    const since = isoInstant(house.clock.now());
    const operation: Operation = {
      id: 'op-1', tenant: tenant.id, kind: 'renormalize', status: 'NotStarted', percentComplete: 0, createdAt: since,
      updatedAt: since, createdBy: 'x', error: null,
      result: { ...newRenormalize({ dryRun: false, source: null, all: false, since }) },
    }; // prettier-ignore
    await operations.swap(scope, null, operation);
    const deps = { ...house.profile, clock: house.clock, sources: [source], ...using };
    await renormalize(deps, { scope, tenant }, 'op-1' as OperationId, wideBudget);
    const now = await operations.get(scope, 'op-1');
    return now === null ? null : renormalizeStateOf(now.value)?.counts;
  };
  expect([await told(), await found()]).toEqual([['first', 'second'], ['second']]);
  return { ...house.profile, project, told, found, madeAnew };
}

it('an event stays found when one of its revisions becomes another event, and the other stays as it is', async () => {
  const { told, found, madeAnew } = await scene();
  expect(await madeAnew(mended(/second/))).toMatchObject({ moved: 1 });
  expect(await told()).toEqual(['first', 'second']);
  expect(await found()).toEqual(['first', 'second']);
});

it('an event stays found that the index has heard of again before it is told to forget the old id', async () => {
  for (const refuses of [/second/, /none/]) {
    const { events, project, found, madeAnew } = await scene();
    const rebuild: EventStore['rebuild'] = async (...asked) => {
      const counts = await events.rebuild(...asked);
      await project();
      return counts;
    };
    expect(await madeAnew(mended(refuses), { events: { ...events, rebuild } })).toMatchObject({ moved: 1 });
    expect(await found()).toEqual(['first', 'second']);
  }
});

it('nothing is found under an id that every revision has left, though the index has heard of it meanwhile', async () => {
  const { events, index, project, told, found, madeAnew } = await scene();
  // Behind the store, as one that is being made anew.
  await index.clear();
  const rebuild: EventStore['rebuild'] = async (...asked) => {
    await project();
    return events.rebuild(...asked);
  };
  const elsewhere = { ...mended(/none/), identity: () => ['another'] as const };
  expect(await madeAnew(elsewhere, { events: { ...events, rebuild } })).toMatchObject({ moved: 2 });
  expect(await told()).toEqual(['first', 'second']);
  expect(await found()).toEqual(['second']);
});

it.each<Moment>(['before', 'after'])(
  'killed %s any step of it and begun again, both are found',
  async moment => {
    for (let at = 1, dead = true; dead; at += 1) {
      const { events, index, operations, project, told, found, madeAnew } = await scene();
      const doom = mortal(at, moment);
      const doomed = {
        events: doom.wrap('events', events, ['changes', 'rebuild', 'getMany']),
        index: doom.wrap('index', index, ['remove']),
        operations: doom.wrap('operations', operations, ['get']),
      };
      await madeAnew(mended(/second/), doomed).catch((thrown: unknown) => {
        if (!(thrown instanceof Killed)) throw thrown;
      });
      await project();
      await madeAnew(mended(/second/));
      expect([await told(), await found()], `step ${at}`).toEqual([
        ['first', 'second'],
        ['first', 'second'],
      ]);
      dead = doom.dead;
      expect(dead || at > 6).toBe(true);
    }
  },
);
