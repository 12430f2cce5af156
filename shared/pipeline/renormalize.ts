import { isoInstant } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, QuarantineEntry, StoredEvent } from '../model/event.ts';
import type { OperationId } from '../model/ids.ts';
import type { Operation } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Rebuilt } from '../ports/event-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { Source } from '../sources/_kit/source.ts';
import { madeAnew, type MadeAnew, type MadeAnewDeps } from './made-anew.ts';
import { isStale } from './mapping-of.ts';
import type { PullBudget, PullDeps } from './pull-types.ts';
import { storeEvents } from './store-events.ts';
import {
  differences,
  renormalizeStateOf,
  withSample,
  type RenormalizeCounts,
  type RenormalizeState,
} from './renormalize-state.ts';

export interface RenormalizeDeps extends MadeAnewDeps, Pick<PullDeps, 'events' | 'operations'> {
  readonly index: Pick<SearchIndex, 'remove'>;
  readonly sources: readonly Source[];
}

/** Whose events are made anew. */
export interface RenormalizeTarget {
  readonly scope: TenantScope;
  readonly tenant: Tenant;
}

/** Events looked at between two looks at the operation. */
const stepSize = 500;

/**
 * Makes stored events anew from raw, as far as the budget goes: those that another mapping made (or all, where
 * asked), then what is in quarantine. Every step can be repeated, and its progress is in the operation: killed
 * anywhere, the next run goes on at the last step and finds what it did already unchanged. Nothing is ever taken
 * away: an event that the mapping of today refuses stays as it was, and is counted.
 */
export async function renormalize(
  deps: RenormalizeDeps,
  target: RenormalizeTarget,
  id: OperationId,
  budget: PullBudget,
): Promise<{ status: 'succeeded' | 'continued' | 'busy'; steps: number }> {
  const began = deps.clock.now();
  const make = madeAnew(deps, target);
  for (let steps = 0; ; steps += 1) {
    const found = await deps.operations.get(target.scope, id);
    const state = found === null || isOver(found.value) ? null : renormalizeStateOf(found.value);
    if (found === null || state === null) return { status: 'succeeded', steps };
    const next = await step(deps, target, make, state);
    const swapped = await deps.operations.swap(target.scope, found.rev, progressed(deps, found.value, next));
    // Somebody cancelled it, or another worker goes on with it: both are seen above.
    if (!swapped.ok && !isOver(swapped.current?.value ?? found.value)) return { status: 'busy', steps };
    const spent = deps.clock.now() - began >= budget.time || steps >= budget.pages;
    if (next.phase !== 'done' && (spent || budget.signal?.aborted === true)) {
      return { status: 'continued', steps };
    }
  }
}

const isOver = ({ status }: Operation): boolean =>
  status === 'Succeeded' || status === 'Failed' || status === 'Canceled';

function progressed(deps: RenormalizeDeps, operation: Operation, state: RenormalizeState): Operation {
  const over = state.phase === 'done';
  // Rebuilt events come by once more at the end of the feed: more may be looked at than there were.
  const percent = Math.min(99, Math.floor((state.done / Math.max(1, state.total)) * 100));
  return {
    ...operation,
    status: over ? 'Succeeded' : 'Running',
    percentComplete: over ? 100 : Math.max(operation.percentComplete, percent),
    updatedAt: isoInstant(deps.clock.now()),
    result: { ...state },
    error: null,
  };
}

async function step(
  deps: RenormalizeDeps,
  target: RenormalizeTarget,
  make: MadeAnew,
  state: RenormalizeState,
): Promise<RenormalizeState> {
  if (state.phase === 'quarantine') return quarantineStep(deps, target, make, state);
  if (state.after !== null || state.total > 0) return eventStep(deps, target, make, state);
  const { revisions, quarantined } = await deps.events.counts(target.scope);
  return eventStep(deps, target, make, { ...state, total: Math.max(1, revisions + quarantined) });
}

async function eventStep(
  deps: RenormalizeDeps,
  target: RenormalizeTarget,
  make: MadeAnew,
  state: RenormalizeState,
): Promise<RenormalizeState> {
  const { changes, next } = await deps.events.changes([target.scope], state.after, stepSize);
  if (changes.length === 0) return { ...state, phase: 'quarantine', after: null };
  const counts = { ...state.counts };
  const rebuilt: Rebuilt[] = [];
  let { samples } = state;
  for (const { event } of changes) {
    const source = wanted(deps, state, event.source);
    if (source === null) continue;
    if ((event.rebuiltAt ?? '') < state.since) counts.looked += 1;
    if (!state.all && !isStale(event, source)) continue;
    const made = await make.event(source, event);
    if (typeof made === 'string') {
      counts[made] += 1;
      continue;
    }
    const after = anew(event, made, source);
    const said = differences(event, after);
    // With `all` most events are as they should be: neither changed nor renumbered.
    if (said.length === 0 && !isStale(event, source)) continue;
    counts[said.length === 0 ? 'renumbered' : 'changed'] += 1;
    if (after.id !== event.id) counts.moved += 1;
    if (said.length > 0) samples = withSample(samples, { id: event.id, differences: said });
    rebuilt.push({ was: event.id, event: after });
  }
  if (!state.dryRun) await put(deps, target, rebuilt);
  return { ...state, after: next, done: state.done + changes.length, counts, samples };
}

/**
 * Of equal records, which are told apart by how many came before, no record tells its number: each event keeps the id
 * it has, or two would become one.
 */
function anew(before: StoredEvent, made: NewEvent, source: Source): Rebuilt['event'] {
  const { recordHash: _hash, ...said } = made;
  const id = source.countsEqual === true ? before.id : said.id;
  return { ...said, id, raw: before.raw, revision: before.revision };
}

/**
 * Moved events leave the index under their old id: before the store forgets that id, and again for what came between.
 * Where a revision stays under it the store gives that again, and the index may have it by now: removed once more it
 * would not be found again, for the index would be past its place in the feed.
 */
async function put(
  { events, index, clock }: RenormalizeDeps,
  { scope }: RenormalizeTarget,
  rebuilt: readonly Rebuilt[],
): Promise<void> {
  if (rebuilt.length === 0) return;
  const left = [...new Set(rebuilt.filter(({ was, event }) => event.id !== was).map(({ was }) => was))];
  if (left.length > 0) await index.remove(left);
  await events.rebuild(scope, rebuilt, clock.now());
  if (left.length === 0) return;
  const stay = new Set<string>((await events.getMany(scope, left)).map(({ id }) => id));
  const gone = left.filter(id => !stay.has(id));
  if (gone.length > 0) await index.remove(gone);
}

async function quarantineStep(
  deps: RenormalizeDeps,
  target: RenormalizeTarget,
  make: MadeAnew,
  state: RenormalizeState,
): Promise<RenormalizeState> {
  const { records, next } = await deps.events.quarantined(target.scope, state.after, stepSize);
  const counts: RenormalizeCounts = { ...state.counts };
  const events: NewEvent[] = [];
  const again: QuarantinedRecord[] = [];
  const released: QuarantineEntry[] = [];
  for (const record of records) {
    const source = wanted(deps, state, record.source);
    if (source === null) continue;
    const found = await make.record(source, record);
    if (found === null) {
      counts.stillInQuarantine += 1;
      continue;
    }
    counts.released += 1;
    events.push(...found.events);
    again.push(...found.quarantined);
    released.push(record);
  }
  if (!state.dryRun && released.length > 0) {
    // The events first: between the two a crash leaves a record in both places, and then it is taken out again.
    if (again.length > 0) await deps.events.quarantine(target.scope, again);
    await storeEvents(deps, target.scope, id => deps.sources.find(source => source.id === id), events);
    await deps.events.release(target.scope, released);
  }
  const phase = next === null ? 'done' : 'quarantine';
  return { ...state, phase, after: next, done: state.done + records.length, counts };
}

const wanted = (deps: RenormalizeDeps, state: RenormalizeState, id: string): Source | null =>
  (state.source === null || state.source === id ? deps.sources.find(source => source.id === id) : null) ??
  null;
