import { describe, expect, test } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { isoInstant } from '../../shared/kernel/time.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { ledgerOf } from '../support/kept.ts';
import { openLife, openStage, wideBudget, type Life } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

/*
 * Chapter 1. A window, from the provider to a search.
 *
 * A customer's log is pulled in windows: spans of time, asked for one after another. This chapter follows one,
 * with the real product over a data folder and the simulator in the provider's place. Nothing here is a mock.
 *
 * The provider remembers less than a day here, so that one window is all there is to follow.
 */
async function opened(): Promise<{ life: Life; stream: PullTarget }> {
  const stage = await openStage({
    world: smallWorld(),
    connection: { remembersDays: 0.4, everySeconds: 86_400 },
  });
  const life = await openLife(stage, await tempFolder());
  const streams = await life.targets(contosoId);
  const stream = streams.find(one => one.ref.source === 'entra.directory-audits');
  if (stream === undefined) throw new Error('the small world has directory audits');
  return { life, stream };
}

const keysOf = async ({ profile }: Life, { scope, ref }: PullTarget): Promise<string[]> => {
  const keys: string[] = [];
  for await (const entry of profile.archive.list(scope, `${ref.source}/${ref.stream}/`)) keys.push(entry.key);
  return keys;
};

describe('a window, from the provider to a search', () => {
  test('the whole way', async () => {
    const { life, stream } = await opened();
    const { profile } = life;
    const { scope, ref } = stream;

    // A pull is one call. It claims the window, works through its pages, seals it and commits.
    const result = await pull(life.deps, stream, { trigger: 'timer', budget: wideBudget });
    expect(result.status).toBe('succeeded');

    // The books balance: every record seen is somewhere.
    const { counts } = result;
    expect(counts.seen).toBeGreaterThan(0);
    expect(counts.seen).toBe(
      counts.inserted + counts.replaced + counts.unchanged + counts.skipped + counts.quarantined,
    );

    // First the bytes. What the provider answered is in the archive, under the span it was asked for.
    const keys = await keysOf(life, stream);
    expect(keys.filter(key => key.includes('/page-')).length).toBe(counts.pages);

    // Then the events. Each points at its own bytes: the object, and which record of it.
    const { changes } = await profile.events.changes([scope], null, 100);
    const ours = changes.map(change => change.event).filter(event => event.source === ref.source);
    expect(ours).toHaveLength(counts.inserted);
    for (const event of ours) {
      const object = await profile.archive.get(scope, event.raw.key);
      const bytes = stream.source.recordBytes(object?.bytes ?? new Uint8Array(), event.raw.index);
      const record = JSON.parse(Buffer.from(bytes).toString()) as { activityDisplayName: string };
      expect(record.activityDisplayName).toBe(event.operation);
    }

    // Then the seal. A manifest names every object of the window, and the tenant's ledger holds its hash.
    const [sealed] = await ledgerOf(profile, stream);
    expect(sealed).toMatchObject({ type: 'window.sealed', objects: counts.pages });
    expect(keys).toContain(sealed?.type === 'window.sealed' ? sealed.manifest : 'no manifest');

    // Last the commit. The cursor says the span has been asked for and answered; nothing is open.
    const cursor = await profile.cursors.load(scope, ref);
    expect(cursor?.value.open).toBeNull();
    const [covered] = cursor === null ? [] : coverageOf(cursor.value).covered;
    expect(covered && isoInstant(covered.from)).toBe(sealed?.from);

    // Searching comes behind: the index reads what the store took in, from its own position.
    const find = async (query: string): Promise<readonly { readonly id: string }[]> => {
      const page = await profile.index.search([scope], {
        node: parseQuery(query), window: null, order: 'newest', limit: 10, after: null, facets: [], facetLimit: 1,
        interval: null,
      }); // prettier-ignore
      return page.hits;
    };
    expect(await find('actor:oskar.lind')).toEqual([]);
    await projectIndex(profile.events, profile.index);
    const hits = await find('actor:oskar.lind operation:"Add member to role"');
    const added = ours.filter(event => event.operation === 'Add member to role' && event.actor !== null);
    expect(hits.map(hit => hit.id).sort()).toEqual(added.map(event => event.id).sort());
    await life.end();
  });

  test('again changes nothing', async () => {
    const { life, stream } = await opened();
    await pull(life.deps, stream, { trigger: 'timer', budget: wideBudget });
    const before = {
      keys: await keysOf(life, stream),
      counts: await life.profile.events.counts(stream.scope),
    };

    // A person may ask for the same span once more. The answer is the same, so nothing new is kept but the
    // ledger's word that it was asked for again.
    const cursor = await life.profile.cursors.load(stream.scope, stream.ref);
    if (cursor === null) throw new Error('there is a cursor after a pull');
    const window = { from: cursor.value.start, to: cursor.value.committedTo };
    const requested = [{ window, operation: 'op-1' as (typeof cursor.value.requested)[number]['operation'] }];
    await life.profile.cursors.swap(stream.scope, stream.ref, cursor.rev, { ...cursor.value, requested });
    const { counts } = await pull(life.deps, stream, { trigger: 'request', budget: wideBudget });

    expect(counts).toMatchObject({ inserted: 0, replaced: 0, unchanged: counts.seen, quarantined: 0 });
    expect(await life.profile.events.counts(stream.scope)).toEqual(before.counts);
    const pages = (keys: readonly string[]): number => keys.filter(key => key.includes('/page-')).length;
    expect(pages(await keysOf(life, stream))).toBe(pages(before.keys));
    await life.end();
  });
});
