import type { StoredEvent } from '../shared/model/event.ts';
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
  readonly pages: readonly Uint8Array[];
  readonly events: readonly StoredEvent[];
}

/** Whose events are made of pages. Those of a snapshot are made of whole states. */
const inPages = ({ targets }: BenchRig): PullTarget[] =>
  targets.filter(({ source }) => source.pull.kind !== 'snapshot');

/**
 * The pages a pull has archived, stream by stream and window by window. One at a time, and without reading what was made
 * of them: what the garbage collector has to do for that would be counted with what is measured over the pages.
 */
export async function* keptPages(rig: BenchRig): AsyncGenerator<KeptPage> {
  for (const target of inPages(rig)) {
    const stream = `${target.ref.source}/${target.ref.stream}/`.toLowerCase();
    for await (const { key } of rig.profile.archive.list(target.scope, stream)) {
      const prefix = prefixOf(key);
      if (prefix !== null) yield { target, prefix, bytes: await bytesOf(rig, target, key) };
    }
  }
}

/** What a pull has archived and stored, in steps, so that memory stays bounded. */
export async function* keptSteps(rig: BenchRig): AsyncGenerator<KeptStep> {
  const byStream = new Map(
    inPages(rig).map(target => [streamOf({ ...target.ref, tenant: target.tenant.id }), target]),
  );
  // A page whose events fall into two steps is given with the first.
  const given = new Set<string>();
  for (let after: string | null = null; ;) {
    const { changes, next } = await rig.profile.events.changes(null, after, 4_000);
    if (changes.length === 0 || next === null) return;
    after = next;
    const events = changes.map(change => change.event).filter(event => byStream.has(streamOf(event)));
    const pages: Uint8Array[] = [];
    for (const event of events) {
      const page = `${event.tenant} ${event.raw.key}`;
      const target = byStream.get(streamOf(event));
      if (given.has(page) || target === undefined) continue;
      given.add(page);
      pages.push(await bytesOf(rig, target, event.raw.key));
    }
    yield { pages, events };
  }
}

async function bytesOf({ profile }: BenchRig, { scope }: PullTarget, key: string): Promise<Uint8Array> {
  const object = await profile.archive.get(scope, key);
  if (object === null) throw new Error(`The archive has no ${key}.`);
  return object.bytes;
}

/** The folder of the window a page is kept for; null for what is no page. */
function prefixOf(key: string): string | null {
  const end = key.lastIndexOf('/') + 1;
  return key.startsWith('page-', end) ? key.slice(0, end) : null;
}

const streamOf = ({ tenant, source, stream }: Pick<StoredEvent, 'tenant' | 'source' | 'stream'>): string =>
  `${tenant} ${source} ${stream}`;
