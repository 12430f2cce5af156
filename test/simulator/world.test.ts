import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentTypes } from '../../simulator/world/content-id.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { merged } from '../../simulator/world/slots.ts';
import { graphFeeds, type SimBlob, type SimRecord, type SimTenant } from '../../simulator/world/world.ts';
import { seed } from '../support/seed.ts';
import { digestPlan, worldDigest } from './world-digest.ts';

const now = Date.parse('2026-10-05T10:30:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const later = now + 3 * hour;
// Dense enough for slots of different widths, small enough to read a day many times.
const tenants = [...inventWorld({ seed: 11, now, events: 150_000, tenants: 3 }).tenants];
const contoso = tenantAt(0);

function tenantAt(index: number): SimTenant {
  const found = tenants[index];
  if (found === undefined) throw new Error('no such tenant');
  return found;
}

type Feed = (tenant: SimTenant, range: { from: number; to: number }, asOf: number) => readonly string[];
const text = (record: SimRecord, asOf: number): string =>
  `${String(record.time)} ${String(record.visibleAt)} ${record.json(asOf)}`;
const blobText = (blob: SimBlob, asOf: number): string =>
  JSON.stringify([
    blob.contentId,
    blob.contentCreated,
    blob.contentExpiration,
    blob.visibleAt,
    blob.records(asOf),
  ]);
const feeds: Readonly<Record<string, Feed>> = {
  audits: (tenant, range, asOf) => [...tenant.directoryAudits(range, asOf, 'asc')].map(r => text(r, asOf)),
  'audits, newest first': (tenant, range, asOf) =>
    [...tenant.directoryAudits(range, asOf, 'desc')].map(r => text(r, asOf)).reverse(),
  traces: (tenant, range, asOf) => [...tenant.messageTraces(range, asOf, 'asc')].map(r => text(r, asOf)),
  'traces, newest first': (tenant, range, asOf) =>
    [...tenant.messageTraces(range, asOf, 'desc')].map(r => text(r, asOf)).reverse(),
  ...Object.fromEntries(
    graphFeeds.flatMap((feed): [string, Feed][] => [
      [
        feed,
        (tenant, range, asOf) => [...tenant.graphRecords(feed, range, asOf, 'asc')].map(r => text(r, asOf)),
      ],
      [
        `${feed}, newest first`,
        (tenant, range, asOf) =>
          [...tenant.graphRecords(feed, range, asOf, 'desc')].map(r => text(r, asOf)).reverse(),
      ],
    ]),
  ),
  ...Object.fromEntries(
    contentTypes.map((type): [string, Feed] => [
      type,
      (tenant, range, asOf) => [...tenant.blobs(type, range, asOf)].map(b => blobText(b, asOf)),
    ]),
  ),
};

describe('an invented world', () => {
  test('has the same bytes in another process', () => {
    const program = join(import.meta.dirname, 'world-digest.ts');
    const printed = execFileSync(process.execPath, [program, 'print'], { encoding: 'utf8' });
    expect(printed).toBe(worldDigest(digestPlan));
    expect(worldDigest({ ...digestPlan, seed: 8 })).not.toBe(printed);
  });

  test('is the same whatever was asked before', () => {
    const fresh = [...inventWorld({ seed: 11, now, events: 150_000, tenants: 3 }).tenants][0];
    const range = { from: now - 5 * hour, to: now };
    // The first tenant has been read all over by other tests, the fresh one never.
    feeds['audits']?.(contoso, { from: now - 20 * day, to: now - 18 * day }, now);
    for (const feed of Object.values(feeds)) {
      expect(fresh && feed(fresh, range, now)).toEqual(feed(contoso, range, now));
    }
  });

  test('keeps ordinary life when it is born at another time', () => {
    const range = { from: now - 20 * day, to: now - 10 * day };
    const younger = [
      ...inventWorld({ seed: 11, now: now + 2 * day, events: 150_000, tenants: 3 }).tenants,
    ][0];
    for (const name of ['audits', 'traces']) {
      expect(younger && feeds[name]?.(younger, range, now)).toEqual(feeds[name]?.(contoso, range, now));
    }
  });

  test('gives the same records however a range is split', () => {
    // The last six days: within every feed's memory at both times of asking, stories and live records included.
    const moment = fc.integer({ min: now - 6 * day, max: later });
    const sample = fc.record({
      feed: fc.constantFrom(...Object.entries(feeds)),
      tenant: fc.constantFrom(...tenants),
      from: moment,
      width: fc.integer({ min: 0, max: 10 * hour }),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      asOf: fc.constantFrom(now, later),
    });
    const property = fc.property(sample, ({ feed: [, read], tenant, from, width, cuts, asOf }) => {
      const whole = read(tenant, { from, to: from + width }, asOf);
      const bounds = [
        from,
        ...cuts.map(cut => from + Math.floor(cut * width)).sort((a, b) => a - b),
        from + width,
      ];
      const parts = bounds.slice(1).flatMap((to, n) => read(tenant, { from: bounds[n] ?? from, to }, asOf));
      expect(parts).toEqual(whole);
    });
    fc.assert(property, { seed, numRuns: 300 });
  });

  test('cuts exactly at a record: it is in the range that begins with it, not in the one that ends there', () => {
    const range = { from: now - 3 * day, to: now - 2 * day };
    const some = [...contoso.messageTraces(range, now, 'asc')];
    expect(some.length).toBeGreaterThan(50);
    const at = some[25]?.time ?? 0;
    const before = [...contoso.messageTraces({ from: range.from, to: at }, now, 'asc')];
    const after = [...contoso.messageTraces({ from: at, to: range.to }, now, 'asc')];
    expect(before.every(record => record.time < at)).toBe(true);
    expect(after[0]?.time).toBe(at);
  });

  test('tells records in time order, newest first being oldest first backwards', () => {
    const range = { from: now - 5 * day, to: later };
    for (const name of ['audits', 'traces']) {
      const up = feeds[name]?.(contoso, range, later) ?? [];
      expect(up.length).toBeGreaterThan(500);
      expect(feeds[`${name}, newest first`]?.(contoso, range, later)).toEqual(up);
      const times = up.map(line => Number(line.slice(0, line.indexOf(' '))));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    for (const contentType of contentTypes) {
      const times = [...contoso.blobs(contentType, range, later)].map(blob => blob.contentCreated);
      expect(times.length).toBeGreaterThan(20);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('puts scripted records behind ordinary ones of the same moment, in either direction', () => {
    const item = (time: number, name: string): { time: number; name: string } => ({ time, name });
    const ordinary = [item(1, 'a'), item(2, 'b'), item(2, 'c'), item(4, 'd')];
    const scripted = [item(0, 'v'), item(2, 'w'), item(2, 'x'), item(5, 'y')];
    const up = [...merged(ordinary, scripted, 'asc')].map(({ name }) => name).join('');
    const down = [...merged(ordinary.toReversed(), scripted.toReversed(), 'desc')].map(({ name }) => name);
    expect(up).toBe('vabcwxdy');
    expect(down.toReversed().join('')).toBe(up);
  });

  test('shows more as time goes on, never less, and nothing before its time', () => {
    const range = { from: now - day, to: later };
    for (const [name, read] of Object.entries(feeds)) {
      if (/^(traces|signIns|security)/.test(name)) continue; // their text changes with time; the traces' number is checked below
      const earlier = read(contoso, range, now);
      const then = new Set(read(contoso, range, later));
      expect(earlier.every(line => then.has(line))).toBe(true);
      expect(then.size).toBeGreaterThan(earlier.length);
    }
    for (const record of contoso.messageTraces(range, now, 'asc')) {
      expect(record.visibleAt).toBeLessThanOrEqual(now);
      expect(record.time).toBeLessThanOrEqual(record.visibleAt);
    }
  });

  test('forgets as the providers do', () => {
    const oldest = (records: Iterable<{ time: number }>): number => [...records].at(0)?.time ?? 0;
    const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const small = [...inventWorld({ seed: 3, now, events: 3_000 }).tenants][0];
    if (small === undefined) throw new Error('no tenant');
    const midnight = Math.floor(now / day) * day;
    expect(oldest(small.directoryAudits(all, now, 'asc'))).toBeGreaterThanOrEqual(midnight - 30 * day);
    expect(oldest(small.messageTraces(all, now, 'asc'))).toBeGreaterThanOrEqual(midnight - 90 * day);
    for (const feed of graphFeeds) {
      const days = feed.startsWith('signIns') ? 30 : feed.startsWith('security') ? 180 : 365;
      expect(oldest(small.graphRecords(feed, all, now, 'asc'))).toBeGreaterThanOrEqual(midnight - days * day);
    }
    const first = [...small.blobs('Audit.Exchange', all, now)][0]?.contentCreated ?? 0;
    expect(first).toBeGreaterThanOrEqual(midnight - 7 * day);
    const days = Object.fromEntries(small.sources.map(source => [source, small.remembersDays(source)]));
    expect(days).toMatchObject({
      'entra.directory-audits': 30, 'exchange.message-trace': 90, 'm365.unified-audit': 7, 'entra.sign-ins': 30,
      'intune.audit-events': 365, 'defender.alerts': 180, 'defender.incidents': 180, 'mimecast.ttp-url': 60,
      'mimecast.siem': 7,
      // What tells how things are has no past.
      'entra.conditional-access': 0, 'entra.mfa-coverage': 0, 'entra.role-assignments': 0,
    }); // prettier-ignore
  });
});

describe('a content blob', () => {
  test('is found again by its id alone, long after it is listed no more', () => {
    for (const contentType of contentTypes) {
      const listed = [...contoso.blobs(contentType, { from: now - 3 * day, to: later }, later)];
      for (const blob of listed.filter((_, n) => n % 7 === 0)) {
        const found = contoso.blob(contentType, blob.contentId);
        expect(found && blobText(found, now + 15 * day)).toBe(blobText(blob, now));
      }
      expect(new Set(listed.map(blob => blob.contentId)).size).toBe(listed.length);
    }
  });

  test('is not found under a made-up id, another type or another tenant', () => {
    const [blob] = contoso.blobs('Audit.Exchange', { from: now - day, to: now }, now);
    const id = blob?.contentId ?? '';
    expect(contoso.blob('Audit.Exchange', id)).not.toBeNull();
    expect(contoso.blob('Audit.SharePoint', id)).toBeNull();
    expect(contoso.blob('Audit.Nothing', id)).toBeNull();
    expect(tenantAt(1).blob('Audit.Exchange', id)).toBeNull();
    for (const bad of [
      '',
      'x',
      '$$$',
      '20261399999999999000000$a$b$c',
      `${id.slice(0, 22)}x${id.slice(23)}`,
    ]) {
      expect(contoso.blob('Audit.Exchange', bad)).toBeNull();
    }
  });
});

describe('a world of a given size', () => {
  const count = (tenant: SimTenant): number => {
    const all = { from: 0, to: now };
    let total = [...tenant.directoryAudits(all, now, 'asc')].length;
    total += [...tenant.messageTraces(all, now, 'asc')].length;
    for (const type of contentTypes)
      for (const blob of tenant.blobs(type, all, now)) total += blob.records(now).length;
    return total;
  };
  test.each([undefined, 4_000, 60_000])('%s events: about that many are remembered', events => {
    const world = inventWorld(events === undefined ? { seed: 5, now } : { seed: 5, now, events });
    const counts = world.tenants.map(count);
    const expected = events ?? 25_000;
    const sum = counts.reduce((a, b) => a + b, 0);
    expect(sum / expected).toBeGreaterThan(0.85);
    expect(sum / expected).toBeLessThan(1.2);
    expect((counts[0] ?? 0) / (counts[1] ?? 1)).toBeGreaterThan(2.5);
  });
  test('further tenants have ids and domains of their own', () => {
    const many = inventWorld({ seed: 5, now, tenants: 40 }).tenants;
    expect(new Set(many.map(tenant => tenant.id)).size).toBe(40);
    expect(new Set(many.flatMap(tenant => tenant.domains)).size).toBe(40);
    expect(many[0]?.domains).toEqual(['contoso.example']);
    expect(many[1]?.domains).toEqual(['fabrikam.example']);
    const last = many[39];
    expect(
      last && [...last.directoryAudits({ from: now - 20 * day, to: now }, now, 'asc')].length,
    ).toBeGreaterThan(10);
  });
});
