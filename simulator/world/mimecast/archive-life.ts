import type { Cast } from '../cast.ts';
import { everydaySubject } from '../mail-words.ts';
import type { Pace } from '../pace.ts';
import {
  below,
  between,
  chance,
  countAbout,
  pick,
  randomOf,
  table,
  type Key,
  type Random,
} from '../random.ts';
import type { SlotFeed } from '../slots.ts';
import type { SimRecord } from '../world.ts';
import { mimecastTime, wholeSecond } from './mimecast-time.ts';

/** A search in the archive, as its log tells it. */
export interface ArchiveSearch {
  /** `<>` where the service searched by itself. */
  readonly by: string;
  readonly text: string;
  readonly reason: string;
  readonly description: string;
  readonly path?: string;
  /** Absent, true or false; now and then the text "true". */
  readonly isAdmin?: boolean | 'true';
}

export const searchJson = (time: number, search: ArchiveSearch): string =>
  JSON.stringify({
    createTime: mimecastTime(time),
    emailAddr: search.by,
    source: 'archive',
    searchText: search.text,
    searchReason: search.reason,
    description: search.description,
    ...(search.path === undefined ? {} : { searchPath: search.path, museQuery: '' }),
    ...(search.isAdmin === undefined ? {} : { isAdmin: search.isAdmin }),
  });

/** A message somebody opened in the archive. */
export interface ArchiveView {
  readonly by: string;
  readonly from: string;
  readonly to: string;
  /** As it is, not yet JSON. */
  readonly subject: string;
  readonly sentAt: number;
  readonly contentViewed: boolean;
}

export const viewJson = (time: number, view: ArchiveView): string =>
  JSON.stringify({
    viewer: view.by,
    source: 'Archive Search',
    viewed: mimecastTime(time),
    from: view.from,
    to: view.to,
    subject: view.subject,
    messageDate: mimecastTime(view.sentAt),
    contentViewed: view.contentViewed,
    discoveryCase: false,
  });

const searches = table<(cast: Cast, r: Random, time: number) => ArchiveSearch>([
  {
    weight: 50,
    value: (cast, r, time) => ({
      by: cast.staff.someone(r, time).address,
      text: pick(r, [
        'invoice #',
        'Rechnung #',
        'from:billing contract',
        'お見積もり',
        'kickoff "Project Birch"',
      ]).replace('#', String(between(r, 100, 99_999))),
      reason: '',
      description: 'Archive Search',
      path: 'All',
      isAdmin: false,
    }),
  },
  {
    weight: 25,
    value: (cast, r) => ({
      by: cast.staff.admin(r).address,
      text: `from:${pick(r, cast.contacts)}`,
      reason: `Case 2026-${String(between(r, 100, 999))}`,
      description: `Audit [Page ${String(between(r, 1, 4))}] - Depth 100`,
      path: 'All',
      isAdmin: chance(r, 0.9) ? true : 'true',
    }),
  },
  {
    // Whoever looks a message up in tracking leaves a row here as well.
    weight: 25,
    value: () => ({ by: '<>', text: '', reason: '', description: 'Message Tracking Search' }),
  },
]);

/** Searches in the archive. They have no id; people press the button twice, and both presses are logged. */
export const archiveSearches = (cast: Cast, key: Key, pace: Pace): SlotFeed<SimRecord> =>
  logged(key, pace, (r, time) => searchJson(time, searches(r)(cast, r, time)), 0.12);

/** Messages opened in the archive. */
export const archiveViews = (cast: Cast, key: Key, pace: Pace): SlotFeed<SimRecord> =>
  logged(
    key,
    pace,
    (r, time) => {
      const admin = chance(r, 0.6);
      return viewJson(time, {
        by: admin ? cast.staff.admin(r).address : cast.staff.someone(r, time).address,
        from: pick(r, cast.contacts),
        to: cast.staff.someone(r, time).address,
        // Subjects are kept as the inside of a JSON string.
        subject: String(JSON.parse(`"${everydaySubject(r)}"`)),
        sentAt: wholeSecond(time - between(r, 3_600_000, 200 * 86_400_000)),
        contentViewed: chance(r, 0.7),
      });
    },
    0.04,
  );

/** Records at chance times of each slot; so many of them stand there twice, equal to the last letter. */
function logged(
  key: Key,
  pace: Pace,
  write: (r: Random, time: number) => string,
  twice: number,
): SlotFeed<SimRecord> {
  const slot = (at: number): readonly SimRecord[] => {
    const count = countAbout(randomOf(key, at, -1), pace.expected(at) / (1 + twice));
    const records = Array.from({ length: count }, (_, n): SimRecord[] => {
      const r = randomOf(key, at, n);
      const time = wholeSecond(at * pace.width + below(r, pace.width));
      const visibleAt =
        time + (chance(r, 0.98) ? between(r, 5_000, 180_000) : between(r, 900_000, 6_000_000));
      const json = write(r, time);
      return Array.from({ length: chance(r, twice) ? 2 : 1 }, () => ({ time, visibleAt, json: () => json }));
    });
    return records.flat().sort((a, b) => a.time - b.time);
  };
  return { width: pace.width, slot };
}

/** The same for records that are never written twice. */
export const loggedOnce = (
  key: Key,
  pace: Pace,
  write: (r: Random, time: number) => string,
): SlotFeed<SimRecord> => logged(key, pace, write, 0);
