import type { Page, Reply } from '../exchange.ts';
import { elsewhere } from './instead.ts';

/** An empty page whose next link leads to the records that should have been on it. */
export const emptyWithLink = (page: Page): Page | null =>
  page.records.length === 0 ? null : { ...page, records: [], next: page.self };

/** Nothing there, and nothing more to come: the records are late. Asked again, they are there. */
export const emptyThenLate = (page: Page): Page | null =>
  page.records.length === 0 ? null : { ...page, records: [], next: null };

/** The page's last record is late; the others are there. */
export const lastRecordLate = (page: Page): Page | null =>
  page.records.length === 0 ? null : { ...page, records: page.records.slice(0, -1) };

/** The next link leads to this page again. */
export const linkToItself = (page: Page): Page | null =>
  page.self === '' ? null : { ...page, next: page.self };

/** The next link (or one invented) leads to another host. */
export function linkToStranger(page: Page): Page | null {
  const link = new URL(page.next ?? page.self);
  return { ...page, next: `${elsewhere}${link.pathname}${link.search}` };
}

/** The first blob's or file's address is on another host. */
export function contentOnStranger(page: Page): Page | null {
  const [first, ...rest] = page.records;
  if (first === undefined) return null;
  const moved = first.replace(/"(contentUri|url)":"https?:\/\/[^/"]+/, `"$1":"${elsewhere}`);
  return { ...page, records: [moved, ...rest] };
}

/** Half of the JSON, complete as HTTP. */
export const halfOfTheJson = (reply: Reply): Reply | null =>
  reply.status !== 200 || reply.body.length < 2
    ? null
    : { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };

/** 206, a Warning, and none of the records. */
export const inPart = (reply: Reply): Reply | null =>
  reply.status === 200 && typeof reply.body === 'string'
    ? {
        status: 206,
        headers: { ...reply.headers, warning: '199 - "Microsoft/Defender/504/10000"' },
        body: reply.body.replace(/"value":\[.*\]/s, '"value":[]'),
      }
    : null;
