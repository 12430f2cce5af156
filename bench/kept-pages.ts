import type { StoredEvent } from '../shared/model/event.ts';
import { pageName } from '../shared/pipeline/raw-key.ts';
import type { PullTarget } from '../shared/pipeline/pull-types.ts';
import type { BenchRig } from './bench-rig.ts';

/** A page as the provider sent it, and the folder of the window it came for. */
export interface KeptPage {
  readonly target: PullTarget;
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Some events in the order stored, and the pages among whose records their first revisions are. */
export interface KeptStep {
  readonly pages: readonly KeptPage[];
  readonly events: readonly StoredEvent[];
}

/**
 * What a pull has archived and stored, in steps, so that memory stays bounded. Snapshots are left out: their events are
 * made of whole states, not of pages.
 */
export async function* keptSteps({ profile, targets }: BenchRig): AsyncGenerator<KeptStep> {
  const byStream = new Map(
    targets
      .filter(({ source }) => source.pull.kind !== 'snapshot')
      .map(target => [streamOf({ ...target.ref, tenant: target.tenant.id }), target]),
  );
  // A page whose events fall into two steps is given with the first.
  const given = new Set<string>();
  for (let after: string | null = null; ;) {
    const { changes, next } = await profile.events.changes(null, after, 4_000);
    if (changes.length === 0 || next === null) return;
    after = next;
    const events = changes.map(change => change.event).filter(event => byStream.has(streamOf(event)));
    const pages: KeptPage[] = [];
    for (const event of events) {
      const { key } = event.raw;
      const page = `${event.tenant} ${key}`;
      const target = byStream.get(streamOf(event));
      if (given.has(page) || target === undefined) continue;
      given.add(page);
      const object = await profile.archive.get(target.scope, key);
      if (object === null) throw new Error(`The archive has no ${key}.`);
      const prefix = key.slice(0, key.length - `page-${pageName(key)}`.length);
      pages.push({ target, prefix, bytes: object.bytes });
    }
    yield { pages, events };
  }
}

const streamOf = ({ tenant, source, stream }: Pick<StoredEvent, 'tenant' | 'source' | 'stream'>): string =>
  `${tenant} ${source} ${stream}`;
