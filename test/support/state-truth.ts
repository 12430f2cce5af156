import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { asAsked, stateSources, type StateList } from '../../simulator/world/state.ts';
import type { SimTenant } from '../../simulator/world/world.ts';
import type { Stored } from './world-truth.ts';

/** A reading of a snapshot that was taken: from when to when the product worked on it, by its own clock. */
export interface Reading {
  /** When it began by the provider's clock. */
  readonly asOf: number;
  readonly from: number;
  readonly to: number;
}

export interface ChangeDifferences {
  readonly expected: number;
  /** `<n-th reading> <thing>` of what should have made an event and has not, or not as it was. */
  readonly lost: readonly string[];
  readonly strange: readonly string[];
}

/** Compares the events of a snapshot with what differs in its provider's world between each reading and the next. */
export function compareWithStates(
  sim: SimTenant,
  target: PullTarget,
  readings: readonly Reading[],
  stored: Stored,
): ChangeDifferences {
  const wanted: string[] = [];
  let before: ReadonlyMap<string, string> = new Map();
  for (const [n, { asOf }] of readings.entries()) {
    const now = stateAt(sim, target, asOf);
    for (const [id, says] of now) if (before.get(id) !== says) wanted.push(`${n} ${id} ${says}`);
    for (const [id, says] of before) if (!now.has(id)) wanted.push(`${n} ${id} ${says}`);
    before = now;
  }
  const found = [...stored.values()].flatMap(({ name, texts, at }) =>
    texts.map((text, revision) => {
      const stored = at[revision] ?? 0;
      const n = readings.findIndex(({ from, to }) => from <= stored && stored <= to);
      return `${n} ${name} ${said(JSON.parse(text))}`;
    }),
  );
  return { expected: wanted.length, lost: without(wanted, found), strange: without(found, wanted) };
}

/** The things there are after all a snapshot's events, each as it was told last. An event that says nothing new removes. */
export function toldState(stored: Stored): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  const events = [...stored.values()].toSorted((a, b) => (a.at[0] ?? 0) - (b.at[0] ?? 0));
  for (const { name, texts } of events) {
    const says = said(JSON.parse(texts[0] ?? 'null'));
    if (told.get(name) === says) told.delete(name);
    else told.set(name, says);
  }
  return told;
}

/** The things a snapshot's provider has at `asOf`, each as it says. */
export const stateAt = (sim: SimTenant, { ref }: PullTarget, asOf: number): ReadonlyMap<string, string> =>
  thingsAt(sim, stateSources[ref.source]?.[ref.stream] ?? [], asOf);

/** The first list less the second, each entry as often as it stands there. */
function without(all: readonly string[], less: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of less) left.set(one, (left.get(one) ?? 0) + 1);
  return all.filter(one => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}

function thingsAt(sim: SimTenant, lists: readonly StateList[], asOf: number): ReadonlyMap<string, string> {
  const things = lists.flatMap(list => sim.state?.(list, asOf, asAsked) ?? []);
  return new Map(
    things.map(text => {
      const thing: unknown = JSON.parse(text);
      const id: unknown = typeof thing === 'object' && thing !== null ? Reflect.get(thing, 'id') : null;
      return [String(id), said(thing)];
    }),
  );
}

/** What a thing says that counts: lists in any order; not what is empty, nor when a report's row was refreshed. */
function said(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(said).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([name]) => name !== 'lastUpdatedDateTime')
    .map(([name, member]) => [name, said(member)] as const)
    .filter(([, text]) => text !== 'null' && text !== '""' && text !== '[]' && text !== '{}');
  return `{${members
    .map(member => member.join(':'))
    .sort()
    .join()}}`;
}
