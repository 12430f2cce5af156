import type { Answer, Call, Page } from '../exchange.ts';
import type { Site } from '../site.ts';
import { memoryDays, type Tenant } from '../tenant-book.ts';
import type { SimBlob, SimTenant } from '../world/world.ts';
import { af, managementError, type ManagementProblem } from './management-error.ts';
import type { ContentType } from '../world/content-id.ts';
import type { Subscription } from './subscriptions.ts';

export const unifiedSource = 'm365.unified-audit';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const itemsPerPage = 200;
const jsonType = 'application/json; charset=utf-8';

interface Range {
  readonly from: number;
  readonly to: number;
}
interface Listing {
  readonly site: Site;
  readonly call: Call;
  readonly tenant: Tenant;
  readonly sim: SimTenant;
  readonly type: ContentType;
  readonly subscription: Subscription;
  readonly now: number;
}

/** GET /subscriptions/content: the content blobs made in a range, at most 200 a page. */
export function listContent(it: Listing): Answer {
  const range = rangeOf(it);
  if ('code' in range) return managementError(range);
  const walk = walkOf(it, range);
  if (walk === null) return managementError(af.nextPage(it.call.query.get('nextPage') ?? ''));
  const items: string[] = [];
  let { time, passed } = walk;
  let skip = passed;
  let more = false;
  for (const blob of blobs(it, { from: Math.max(range.from, time), to: range.to }, walk.asOf)) {
    if (skip > 0 && blob.contentCreated === time) {
      skip -= 1;
      continue;
    }
    if (items.length === itemsPerPage) {
      more = true;
      break;
    }
    passed = blob.contentCreated === time ? passed + 1 : 1;
    time = blob.contentCreated;
    items.push(itemOf(it, blob));
  }
  const link = (at: number, count: number): string => linkTo(it, range, walk.asOf, at, count);
  return listingPage(items, more ? link(time, passed) : null, link(walk.time, walk.passed));
}

/** Whatever the subscription may see: not what was made while it was stopped, or too long before it began. */
function* blobs(
  { sim, type, tenant, subscription, now }: Listing,
  range: Range,
  asOf: number,
): Iterable<SimBlob> {
  const { contentBeforeStartHours, firstContentMinutes } = tenant.flags;
  if (now < subscription.startedAt + firstContentMinutes * 60_000) return;
  const earliest =
    contentBeforeStartHours === null ? 0 : subscription.startedAt - contentBeforeStartHours * hourMs;
  for (const blob of sim.blobs(type, range, asOf)) {
    const made = blob.contentCreated;
    if (made < earliest || subscription.lost.some(({ from, to }) => made >= from && made < to)) continue;
    yield blob;
  }
}

function itemOf({ call, tenant, type }: Listing, blob: SimBlob): string {
  return JSON.stringify({
    contentType: type,
    contentId: blob.contentId,
    contentUri: `${call.origin}/manage/api/v1.0/${tenant.id}/activity/feed/audit/${blob.contentId}`,
    contentCreated: new Date(blob.contentCreated).toISOString(),
    contentExpiration: new Date(blob.contentExpiration).toISOString(),
  });
}

export const listingPage = (records: readonly string[], next: string | null, self: string): Page => ({
  holds: 'listing',
  records,
  next,
  self,
  timeField: 'contentCreated',
  render: (items, link) => ({
    status: 200,
    headers: { 'content-type': jsonType, ...(link === null ? {} : { NextPageUri: link }) },
    body: `[${items.join(',')}]`,
  }),
});

const timeForm = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(:\d{2})?)?$/;

/** `YYYY-MM-DD`, `…THH:MM` or `…THH:MM:SS`, without a zone. */
function readTime(text: string): number | null {
  const [, day, minute = '00:00', second = ':00'] = timeForm.exec(text) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${minute}${second}Z`);
  return Number.isNaN(ms) ? null : ms;
}

function rangeOf({ call, tenant, now }: Listing): Range | ManagementProblem {
  const [start, end] = [call.query.get('startTime'), call.query.get('endTime')];
  if (start === null && end === null) {
    // Whole seconds, because the links to further pages spell these bounds.
    const to = (Math.floor(now / 1_000) + 1) * 1_000;
    return { from: to - dayMs, to };
  }
  if (start === null || end === null) return af.bounds();
  const [from, to] = [readTime(start), readTime(end)];
  if (from === null) return af.wrongType('startTime', 'datetime');
  if (to === null) return af.wrongType('endTime', 'datetime');
  // The real service lets an hour more than its seven days pass, and an end in the future.
  if (from >= to || from < now - memoryDays(tenant, unifiedSource) * dayMs - hourMs) return af.width();
  if (to - from <= dayMs) return { from, to };
  // The trap: a range that is too wide may be answered 200 with a part of what was asked for.
  return tenant.flags.silentPartial ? { from, to: from + dayMs } : af.width();
}

interface Walk {
  readonly asOf: number;
  readonly time: number;
  readonly passed: number;
}

const keyOf = ({ tenant, type, call }: Listing): string =>
  [tenant.id, type, call.query.get('startTime') ?? '', call.query.get('endTime') ?? ''].join('/');

function walkOf(it: Listing, range: Range): Walk | null {
  const token = it.call.query.get('nextPage');
  if (token === null) return { asOf: it.now, time: range.from, passed: 0 };
  const [key, asOf, time, passed, issued] = it.site.links.management.open(token) ?? [];
  if (key !== keyOf(it)) return null;
  if (typeof asOf !== 'number' || typeof time !== 'number') return null;
  if (typeof passed !== 'number' || typeof issued !== 'number') return null;
  const lifetime = it.site.links.lifetimeMs;
  return lifetime !== null && it.now - issued > lifetime ? null : { asOf, time, passed };
}

/** The official sample's link has another path version than the request, and no PublisherIdentifier. */
function linkTo(it: Listing, range: Range, asOf: number, time: number, passed: number): string {
  const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
  const known = it.call.query.has('startTime');
  const startTime = known ? it.call.query.get('startTime') : iso(range.from);
  const endTime = known ? it.call.query.get('endTime') : iso(range.to);
  const key = [it.tenant.id, it.type, startTime ?? '', endTime ?? ''].join('/');
  const nextPage = it.site.links.management.seal([key, asOf, time, passed, it.now]);
  const query = new URLSearchParams({
    contentType: it.type,
    startTime: startTime ?? '',
    endTime: endTime ?? '',
    nextPage,
  });
  return `${it.call.origin}/manage/api/v1/${it.tenant.id}/activity/feed/subscriptions/content?${query.toString()}`;
}
