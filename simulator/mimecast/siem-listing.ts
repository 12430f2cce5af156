import { jsonReply, type Answer, type Call } from '../exchange.ts';
import type { Site } from '../site.ts';
import { memoryDays } from '../tenant-book.ts';
import { siemTypes, type SiemType, type SimBatch } from '../world/world.ts';
import { fileUrl } from './siem-file.ts';
import type { MimecastCaller } from './mimecast-token.ts';
import { errorObject, problems, type MimecastProblem } from './mimecast-error.ts';

interface SiemCall {
  readonly site: Site;
  readonly call: Call;
  readonly caller: MimecastCaller;
  readonly now: number;
}

const dayMs = 86_400_000;
const usualPage = 100;
const largestPage = 500;

/** Where a feed stands: after so many of the files that were listed at `at`, and all before. */
interface Place {
  readonly at: number;
  readonly passed: number;
}

/** `GET /siem/v1/batch/events/cg`: the batch files of some types, oldest first, and a token to go on with. */
export function siemListing(it: SiemCall): Answer {
  const types = typesOf(it.call.query.get('type'));
  const size = sizeOf(it.call.query.get('pageSize'));
  if (types === null) return errorObject(problems.field('type'));
  if (size === null) return errorObject(problems.field('pageSize'));
  const begin = beginOf(it, types);
  if ('code' in begin) return errorObject(begin);
  const { files, more, after } = readFiles(it, types, begin, size);
  const tokenAt = (place: Place): string =>
    it.site.links.mimecast.seal([feedOf(it, types), place.at, place.passed, it.now]);
  const self = tokenAt(begin);
  const end = tokenAt(after);
  const expiry = it.now + 3_600_000;
  return {
    holds: 'listing',
    records: files.map(file => JSON.stringify({ url: fileUrl(it.site, it.caller, file, expiry), expiry: new Date(expiry).toISOString(), size: file.lines().join('\n').length })), // prettier-ignore
    next: more ? end : null,
    self,
    timeField: 'expiry',
    // A token comes with every answer, the last one's too: it is where the feed goes on another day.
    render: (records, next) => ({
      ...jsonReply(200, {}),
      body:
        `{"value":[${records.join(',')}],"@nextPage":${JSON.stringify(next ?? (records.length === 0 ? self : end))},` +
        `"isCaughtUp":${String(next === null)}}`,
    }),
  };
}

function readFiles({ caller, now }: SiemCall, types: readonly SiemType[], begin: Place, size: number) {
  const files: SimBatch[] = [];
  let after = begin;
  let skip = begin.passed;
  for (const file of merged(
    types.map(type => caller.account.batches(type, { from: begin.at, to: now + 1 })),
  )) {
    if (skip > 0 && file.listedAt === begin.at) {
      skip -= 1;
      continue;
    }
    if (files.length === size) return { files, more: true, after };
    files.push(file);
    after = { at: file.listedAt, passed: file.listedAt === after.at ? after.passed + 1 : 1 };
  }
  return { files, more: false, after };
}

/** Several types' files in the order they were listed. */
function* merged(feeds: readonly Iterable<SimBatch>[]): Generator<SimBatch> {
  const waiting = feeds.map(feed => {
    const files = feed[Symbol.iterator]();
    return { files, head: files.next() };
  });
  for (;;) {
    let first: (typeof waiting)[number] | undefined;
    for (const one of waiting) {
      if (one.head.done === true) continue;
      if (
        first === undefined ||
        first.head.done === true ||
        one.head.value.listedAt < first.head.value.listedAt
      )
        first = one;
    }
    if (first === undefined || first.head.done === true) return;
    yield first.head.value;
    first.head = first.files.next();
  }
}

/** One type, or several with commas between; null where one is unknown. */
function typesOf(text: string | null): readonly SiemType[] | null {
  const names = (text ?? '').split(',').map(name => name.trim().toLowerCase());
  const types = names.flatMap(name => siemTypes.filter(type => type === name));
  return types.length === names.length ? types : null;
}

function sizeOf(text: string | null): number | null {
  if (text === null) return usualPage;
  return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Math.min(Number(text), largestPage) : null;
}

const feedOf = ({ caller }: SiemCall, types: readonly SiemType[]): string =>
  `siem/${caller.tenant.id}/${types.join(',')}`;

/** Where the request goes on: by its token, or from the first day it names. What is older is forgotten. */
function beginOf(it: SiemCall, types: readonly SiemType[]): Place | MimecastProblem {
  const { site, call, caller, now } = it;
  const floor = now - memoryDays(caller.tenant, 'mimecast.siem') * dayMs;
  const token = call.query.get('nextPage');
  if (token !== null && token !== '') {
    const [feed, at, passed, issued] = site.links.mimecast.open(token) ?? [];
    if (feed !== feedOf(it, types) || typeof at !== 'number' || typeof passed !== 'number')
      return problems.siemToken;
    const lifetime = site.links.lifetimeMs;
    if (lifetime !== null && now - Number(issued) > lifetime) return problems.siemToken;
    // A place that is forgotten cannot be gone on from; one that is merely quiet can.
    return Number(issued) < floor ? problems.siemToken : { at: Math.max(at, floor), passed };
  }
  const start = dayOf(call.query.get('dateRangeStartsAt'));
  const end = dayOf(call.query.get('dateRangeEndsAt'));
  if (start === 'wrong') return problems.field('dateRangeStartsAt');
  if (end === 'wrong' || (end !== null && start !== null && end < start))
    return problems.field('dateRangeEndsAt');
  return { at: Math.max(start ?? now - (now % dayMs), floor), passed: 0 };
}

/** `YYYY-MM-DD`, and no other spelling. */
function dayOf(text: string | null): number | null | 'wrong' {
  if (text === null) return null;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(ms) ? 'wrong' : ms;
}
