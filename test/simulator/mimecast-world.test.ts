import { describe, expect, test } from 'vitest';
import { attackerIp, dropBox, phishingSender } from '../../simulator/world/attack.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { leakBox, leakIp } from '../../simulator/world/leak.ts';
import { phishingUrl } from '../../simulator/world/mimecast/attack-in-mimecast.ts';
import { truth } from '../../simulator/world/truth.ts';
import { mimecastLogs, siemTypes, type SimMimecast, type SimTenant } from '../../simulator/world/world.ts';
import { readJson } from '../support/simulator-client.ts';

const now = Date.parse('2026-10-05T10:30:00Z');
const day = 86_400_000;
const plan = { seed: 11, now, events: 60_000 };
const world = inventWorld(plan);

function tenantAt(index: number, of = world): SimTenant {
  const found = of.tenants[index];
  if (found === undefined) throw new Error('no such tenant');
  return found;
}
function accountAt(index: number, of = world): SimMimecast {
  const { mimecast } = tenantAt(index, of);
  if (mimecast === null) throw new Error('no account');
  return mimecast;
}
const contoso = accountAt(0);
const range = { from: now - 3 * day, to: now };

/** Every log's records and every file of a range, each with its log. */
function textsOf(account: SimMimecast, within: { from: number; to: number }, asOf = now): string[] {
  const logs = mimecastLogs.flatMap(log =>
    [...account.records(log, within, asOf, 'asc')].map(
      it => `${log} ${it.time} ${it.visibleAt} ${it.json(asOf)}`,
    ),
  );
  const files = siemTypes.flatMap(type =>
    [...account.batches(type, within)].map(it => `${type} ${it.id} ${it.listedAt} ${it.lines().join('|')}`),
  );
  return [...logs, ...files];
}

/** The sources of a tenant whose Mimecast records hold a word. */
const sourcesWith = (tenant: SimTenant, word: string): string[] =>
  tenant.sources.filter(
    source =>
      source.startsWith('mimecast.') && [...truth(tenant, source, now)].some(it => it.json.includes(word)),
  );

describe('an invented Mimecast account', () => {
  test('is the same in another world of the same plan, and another one with another seed', () => {
    const texts = textsOf(contoso, range);
    expect(texts.length).toBeGreaterThan(300);
    // Another world, never read before, and read in another order.
    const fresh = accountAt(0, inventWorld(plan));
    textsOf(fresh, { from: now - 20 * day, to: now - 19 * day });
    expect(textsOf(fresh, range)).toEqual(texts);
    expect(textsOf(accountAt(0, inventWorld({ ...plan, seed: 12 })), range)).not.toEqual(texts);
  });

  test('gives the same records however a range is split, newest first being oldest first backwards', () => {
    const cuts = [range.from, range.from + 7_000_123, range.from + day, range.to - 1, range.to];
    for (const log of mimecastLogs) {
      const read = (from: number, to: number): string[] =>
        [...contoso.records(log, { from, to }, now, 'asc')].map(it => it.json(now));
      const whole = read(range.from, range.to);
      expect([log, whole.length]).not.toEqual([log, 0]);
      expect(cuts.slice(1).flatMap((to, n) => read(cuts[n] ?? to, to))).toEqual(whole);
      expect([...contoso.records(log, range, now, 'desc')].map(it => it.json(now)).toReversed()).toEqual(
        whole,
      );
    }
    for (const type of siemTypes) {
      const read = (from: number, to: number): string[] =>
        [...contoso.batches(type, { from, to })].map(it => it.id);
      expect(cuts.slice(1).flatMap((to, n) => read(cuts[n] ?? to, to))).toEqual(read(range.from, range.to));
    }
  });

  test('has whole seconds, equal rows within one, the service as a user and a flag as text', () => {
    const searches = [...contoso.records('archive-searches', { from: now - 50 * day, to: now }, now, 'asc')];
    const texts = searches.map(it => it.json(now));
    expect(searches.every(it => it.time % 1_000 === 0)).toBe(true);
    expect(new Set(texts).size).toBeLessThan(texts.length - 10);
    expect(texts.some(text => text.includes('"emailAddr":"<>"'))).toBe(true);
    expect(texts.some(text => text.includes('"isAdmin":"true"'))).toBe(true);
    for (const log of mimecastLogs) {
      for (const it of contoso.records(log, range, now, 'asc')) {
        expect(it.json(now)).toContain(`"${new Date(it.time).toISOString().slice(0, 19)}+0000"`);
      }
    }
  });

  test('tells of the mail that Exchange traces, and no other', () => {
    const within = { from: now - 5 * day, to: now - 3 * day };
    const traced = new Set(
      [...tenantAt(0).messageTraces(within, now, 'asc')].map(it => readJson(it.json(now)).at('messageId')),
    );
    const receipts = [...contoso.batches('receipt', { from: within.from + 20 * 60_000, to: within.to })]
      .flatMap(file => file.lines())
      .map(line => readJson(line).at('messageId'));
    expect(receipts.length).toBeGreaterThan(50);
    expect(receipts.filter(id => !traced.has(id))).toEqual([]);
  });

  test('ties the events of one message together', () => {
    const of = (type: (typeof siemTypes)[number]): string[] =>
      [...contoso.batches(type, range)].flatMap(file =>
        file.lines().map(line => readJson(line).text('aggregateId')),
      );
    const received = new Set(of('receipt'));
    const delivered = of('delivery');
    expect(delivered.length).toBeGreaterThan(50);
    expect(delivered.filter(id => !received.has(id))).toEqual([]);
  });

  test('changes what a row of tracking says while the message is held, and nothing else of it', () => {
    const rows = [
      ...contoso.records('message-tracking', { from: now - 20 * day, to: now - 2 * day }, now, 'asc'),
    ];
    const released = rows.filter(it => it.json(it.time + 30_000) !== it.json(now));
    expect(released.length).toBeGreaterThan(3);
    for (const it of released) {
      const [before, after] = [readJson(it.json(it.time + 30_000)), readJson(it.json(now))];
      expect([before.at('id'), before.at('status')]).toEqual([after.at('id'), 'held']);
      expect(['archived', 'delivered']).toContain(after.at('status'));
    }
  });

  test('shows late rows late', () => {
    // In the middle of a working day.
    const asOf = now - 4 * day;
    const count = (seen: number): number =>
      mimecastLogs.reduce((sum, log) => sum + [...contoso.records(log, { from: now - 9 * day, to: asOf }, seen, 'asc')].length, 0); // prettier-ignore
    expect(count(now)).toBeGreaterThan(count(asOf));
  });

  test('goes on living after the world is born', () => {
    const later = now + 6 * 3_600_000;
    const live = textsOf(contoso, { from: now, to: later }, later);
    for (const log of mimecastLogs)
      expect([log, live.some(text => text.startsWith(log))]).toEqual([log, true]);
    expect(live.some(text => text.startsWith('receipt'))).toBe(true);
  });

  test('names nothing real: hosts end in .example, addresses are for documentation', () => {
    for (const text of [...textsOf(contoso, range), ...textsOf(accountAt(1), range)]) {
      for (const [, host] of text.matchAll(/(?:@|https?:\/\/)([\w.-]+\.[a-z]{2,})/gi)) {
        expect(host).toMatch(/\.example$/);
      }
      for (const [ip] of text.matchAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)) {
        expect(ip).toMatch(/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./);
      }
    }
  });

  test('one record out of many costs a slot, not the span', () => {
    const large = accountAt(0, inventWorld({ seed: 1, now, events: 1_000_000 }));
    const costOf = (work: () => void): number => {
      const before = process.cpuUsage();
      work();
      const used = process.cpuUsage(before);
      return used.user + used.system;
    };
    for (const log of mimecastLogs) {
      const first = (): number => {
        for (const record of large.records(log, { from: now - 25 * day, to: now }, now, 'desc'))
          return record.time;
        return 0;
      };
      expect(first()).toBeGreaterThan(now - day);
      const week = costOf(() => [...large.records(log, { from: now - 7 * day, to: now }, now, 'desc')]);
      // The best of some: the collector may come by in the middle of one, and cost more than both.
      const once = Math.min(...Array.from({ length: 5 }, () => costOf(first)));
      expect([log, once < week]).toEqual([log, true]);
    }
  });
});

describe('the stories at Mimecast', () => {
  const victim = 'lena.okafor@contoso.example';

  test('the attack is found by its address, its sender and its page', () => {
    expect(sourcesWith(tenantAt(0), attackerIp)).toEqual([
      'mimecast.audit-events',
      'mimecast.message-tracking',
      'mimecast.ttp-url',
      'mimecast.ttp-impersonation',
      'mimecast.siem',
    ]);
    expect(sourcesWith(tenantAt(0), phishingSender)).toEqual([
      'mimecast.archive-searches',
      'mimecast.message-tracking',
      'mimecast.ttp-url',
      'mimecast.ttp-impersonation',
      'mimecast.siem',
    ]);
    expect(sourcesWith(tenantAt(0), phishingUrl)).toEqual(['mimecast.ttp-url', 'mimecast.siem']);
    expect(sourcesWith(tenantAt(0), dropBox)).toEqual([
      'mimecast.message-tracking',
      'mimecast.dlp',
      'mimecast.siem',
    ]);
    expect(sourcesWith(tenantAt(1), attackerIp)).toEqual([]);
  });

  test('the lure has the Message-ID that Exchange traced', () => {
    const [traced] = [...truth(tenantAt(0), 'exchange.message-trace', now)].filter(it =>
      it.json.includes(phishingSender),
    );
    const id = readJson(traced?.json ?? '{}').text('messageId');
    const holders = sourcesWith(tenantAt(0), JSON.stringify(id).slice(1, -1));
    expect(holders).toEqual(['mimecast.ttp-url', 'mimecast.ttp-impersonation', 'mimecast.siem']);
  });

  test('the victim’s click passes, a colleague’s later one is blocked, and her search stands there twice', () => {
    const clicks = [...truth(tenantAt(0), 'mimecast.ttp-url', now)].filter(it =>
      it.json.includes(phishingUrl),
    );
    expect(
      clicks.map(({ json }) => [readJson(json).at('userEmailAddress'), readJson(json).at('action')]),
    ).toEqual([
      [victim, 'allow'],
      ['oskar.lind@contoso.example', 'block'],
    ]);
    const searches = [...truth(tenantAt(0), 'mimecast.archive-searches', now)].filter(it =>
      it.json.includes('acquisition OR'),
    );
    expect(searches.length).toBe(2);
    expect(searches[0]?.json).toBe(searches[1]?.json);
  });

  test('the leak is found by its box, and an admin finds it in the archive', () => {
    expect(sourcesWith(tenantAt(1), leakBox)).toEqual([
      'mimecast.archive-views',
      'mimecast.message-tracking',
      'mimecast.dlp',
      'mimecast.siem',
    ]);
    expect(sourcesWith(tenantAt(1), leakIp)).toEqual([
      'mimecast.audit-events',
      'mimecast.message-tracking',
      'mimecast.siem',
    ]);
  });
});
