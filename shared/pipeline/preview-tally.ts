import type { Mappings } from '../mappings/mappings.ts';
import { categories, type Category, type NewEvent, type StoredEvent } from '../model/event.ts';
import type { Unmade } from './made-anew.ts';

/** Why nothing else can be shown for an event than what it says: renormalizing would leave it as it is. */
export type Kept = Unmade | 'sourceGone';
/** An event as it would be, or why it stays. */
export type Anew = Pick<NewEvent, 'summary' | 'category'> | Kept;

/** What the file decides of an event. */
export interface Said {
  readonly summary: string;
  readonly category: Category;
  readonly label: string;
}

export interface PreviewCounts {
  readonly examined: number;
  /** Events that would read otherwise, and of those how many in summary and in category. */
  readonly changed: number;
  readonly summaries: number;
  readonly categories: number;
  /** Events that the file in force would make anew too: what changes of these need not be the file's doing. */
  readonly outdated: number;
  /** Events that would have to be made anew and cannot be, so that they stay as they are. */
  readonly unreadable: number;
  /** The same by reason. */
  readonly kept: Readonly<Record<Kept, number>>;
  /** Each source looked at, by id. */
  readonly sources: readonly {
    source: string;
    examined: number;
    changed: number;
    unreadable: number;
  }[];
  /** Where something changes, most first. */
  readonly operations: readonly {
    source: string;
    operation: string;
    examined: number;
    changed: number;
  }[];
  /** Changed events of operations that are not among those: the hundred that change most are. */
  readonly unlisted: number;
  /** Categories called otherwise; that changes no event. */
  readonly labels: readonly { category: Category; before: string; after: string }[];
  /** The newest of each operation, the newest first. */
  readonly sample: readonly Difference[];
}

interface Difference {
  readonly id: string;
  readonly tenant: string;
  readonly time: string;
  readonly source: string;
  readonly operation: string;
  readonly before: Said;
  readonly after: Said;
}

/** Of one operation; the others want to be seen too. */
const sampledAlike = 3;
const mostOperations = 1_000;
const shownOperations = 100;

interface Row {
  source: string;
  operation: string;
  examined: number;
  changed: number;
  newest: Difference[];
}

/** The two files' names of the categories. */
interface Labels {
  readonly before: Mappings['labels'];
  readonly after: Mappings['labels'];
}

interface PreviewTally {
  add(event: StoredEvent, after: Anew, outdated: boolean): void;
  result(): PreviewCounts;
}

/** Counts of what a changed file would do, and some of it, in memory that does not grow with the events. */
export function previewTally(labels: Labels, sample: number): PreviewTally {
  const counts = { examined: 0, changed: 0, summaries: 0, categories: 0, outdated: 0, unreadable: 0 };
  const kept: Record<Kept, number> = { refused: 0, rawGone: 0, readingGone: 0, rawDamaged: 0, sourceGone: 0 };
  const sources = new Map<string, PreviewCounts['sources'][number]>();
  const operations = new Map<string, Row>();
  const sourceOf = ({ source }: StoredEvent): PreviewCounts['sources'][number] => {
    const row = sources.get(source) ?? { source, examined: 0, changed: 0, unreadable: 0 };
    sources.set(source, row);
    return row;
  };
  const rowOf = ({ source, operation }: StoredEvent): Row => {
    const key = `${source} ${operation}`;
    const row = operations.get(key) ?? { source, operation, examined: 0, changed: 0, newest: [] };
    if (operations.size < mostOperations) operations.set(key, row);
    return row;
  };
  return {
    add(event, after, outdated) {
      const [source, row] = [sourceOf(event), rowOf(event)];
      for (const all of [counts, source, row]) all.examined += 1;
      if (outdated) counts.outdated += 1;
      if (typeof after === 'string') {
        kept[after] += 1;
        for (const all of [counts, source]) all.unreadable += 1;
        return;
      }
      if (after.summary === event.summary && after.category === event.category) return;
      for (const all of [counts, source, row]) all.changed += 1;
      if (after.summary !== event.summary) counts.summaries += 1;
      if (after.category !== event.category) counts.categories += 1;
      const difference = differenceOf(labels, event, after);
      row.newest = [...row.newest, difference].toSorted(newestFirst).slice(0, sampledAlike);
    },
    result: () => ({
      ...counts,
      kept,
      sources: [...sources.values()].toSorted((a, b) => (a.source < b.source ? -1 : 1)),
      ...shownOf([...operations.values()], counts.changed, sample),
      labels: categories.flatMap(category => {
        const [before, after] = [labels.before[category], labels.after[category]];
        return before === after ? [] : [{ category, before, after }];
      }),
    }),
  };
}

function differenceOf(labels: Labels, event: StoredEvent, after: Exclude<Anew, Kept>): Difference {
  const { id, tenant, time, source, operation, summary, category } = event;
  const before = { summary, category, label: labels.before[category] };
  const then = { summary: after.summary, category: after.category, label: labels.after[after.category] };
  return { id, tenant, time, source, operation, before, after: then };
}

const newestFirst = (a: Difference, b: Difference): number =>
  a.time < b.time ? 1 : a.time > b.time ? -1 : 0;

function shownOf(
  rows: readonly Row[],
  changed: number,
  sample: number,
): Pick<PreviewCounts, 'operations' | 'unlisted' | 'sample'> {
  const operations = rows
    .filter(row => row.changed > 0)
    .toSorted((a, b) => b.changed - a.changed)
    .slice(0, shownOperations)
    .map(({ newest: _newest, ...row }) => row);
  return {
    operations,
    unlisted: changed - operations.reduce((sum, row) => sum + row.changed, 0),
    sample: rows
      .flatMap(({ newest }) => newest)
      .toSorted(newestFirst)
      .slice(0, sample),
  };
}
