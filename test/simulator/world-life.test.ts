import { describe, expect, test } from 'vitest';
import { contentTypes } from '../../simulator/world/content-id.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { truth, type TrueRecord } from '../../simulator/world/truth.ts';
import { graphFeeds, type SimRecord, type SimTenant } from '../../simulator/world/world.ts';
import { localTime, workingHours } from '../../simulator/world/working-hours.ts';

const now = Date.parse('2026-10-05T10:30:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const all = { from: 0, to: now };
const world = inventWorld({ seed: 2, now, events: 60_000 });
const contoso = tenantAt(0);
const fabrikam = tenantAt(1);

function tenantAt(index: number): SimTenant {
  const found = world.tenants[index];
  if (found === undefined) throw new Error('no such tenant');
  return found;
}
type Json = Readonly<Record<string, unknown>>;
const parsed = (json: string): Json => Object(JSON.parse(json)) as Json;
const audits = [...contoso.directoryAudits(all, now, 'asc')];
const traces = [...contoso.messageTraces(all, now, 'asc')];
const content = [...truth(contoso, 'm365.unified-audit', now)];
const traceRows = traces.map(record => parsed(record.json(now)));
const auditRows = audits.map(record => parsed(record.json(now)));
const contentRows = content.map(record => parsed(record.json));
const text = (value: unknown): string => JSON.stringify(value);
const leastOf: Readonly<Record<string, number>> = {
  'intune.audit-events': 400,
  'defender.alerts': 150,
  'defender.incidents': 100,
};

describe('records', () => {
  test('sit at the time they carry', () => {
    for (const [n, record] of audits.entries()) {
      const time = String(auditRows[n]?.['activityDateTime']);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
      expect(Date.parse(`${time.slice(0, 23)}Z`)).toBe(record.time);
    }
    for (const [n, record] of traces.entries()) {
      const time = String(traceRows[n]?.['receivedDateTime']);
      expect(Math.floor(Date.parse(time))).toBe(record.time);
    }
  });

  test('have ids of their own; one message has one row for each recipient', () => {
    for (const source of ['entra.directory-audits', 'exchange.message-trace', 'm365.unified-audit']) {
      const known = [...truth(contoso, source, now)].filter(record => !record.repeated);
      expect(known.length).toBeGreaterThan(leastOf[source] ?? 3_000);
      expect(new Set(known.map(record => record.identity)).size).toBe(known.length);
    }
    const messages = new Map<unknown, Set<unknown>>();
    for (const row of traceRows)
      messages.set(row['id'], (messages.get(row['id']) ?? new Set()).add(row['recipientAddress']));
    expect([...messages.values()].filter(recipients => recipients.size > 3).length).toBeGreaterThan(20);
  });

  test('name nothing real: hosts end in .example, addresses are for documentation', () => {
    const everything = [...audits, ...traces]
      .map(record => record.json(now))
      .concat(content.map(record => record.json));
    const hosts = new Set<string>();
    const ips = new Set<string>();
    for (const json of everything) {
      for (const [, host = ''] of json.matchAll(/(?:https?:\/\/|@)([\w-]+(?:\.[\w-]+)+)/g)) hosts.add(host);
      for (const [ip] of json.matchAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g)) ips.add(ip);
    }
    expect([...hosts].filter(host => !host.endsWith('.example'))).toEqual([]);
    expect([...ips].filter(ip => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/.test(ip))).toEqual([]);
    expect(ips.size).toBeGreaterThan(20);
  });

  test('arrive late now and then, by no more than a day', () => {
    const lag = (records: readonly SimRecord[]): number[] =>
      records.map(record => record.visibleAt - record.time);
    for (const lags of [lag(audits), lag(traces)]) {
      expect(lags.filter(ms => ms > 10 * 60_000).length).toBeGreaterThan(5);
      expect(lags.filter(ms => ms > 2 * hour).length).toBeGreaterThan(0);
      expect(Math.max(...lags)).toBeLessThan(day);
      expect(lags.filter(ms => ms < 2 * 60_000).length / lags.length).toBeGreaterThan(0.9);
    }
  });
});

describe('directory audits', () => {
  const initiators = auditRows.map(row => row['initiatedBy']);
  test('have an initiator that is a user, an application or, a few, nobody at all', () => {
    const nobody = initiators.filter(who => text(who) === '{"user":null,"app":null}').length;
    expect(nobody).toBeGreaterThan(10);
    expect(nobody / initiators.length).toBeLessThan(0.1);
    expect(initiators.filter(who => text(who).includes('"appId":null')).length).toBeGreaterThan(100);
  });
  test('hold values that are JSON inside a string, and some that are plain text', () => {
    const values = auditRows
      .flatMap(row => row['targetResources'] as { modifiedProperties: { newValue: string | null }[] }[])
      .flatMap(target => target.modifiedProperties.map(change => change.newValue))
      .filter(value => value !== null);
    const isJson = (value: string): boolean => {
      try {
        JSON.parse(value);
        return true;
      } catch {
        return false;
      }
    };
    expect(values.filter(isJson).length).toBeGreaterThan(1_000);
    expect(values.filter(value => !isJson(value)).length).toBeGreaterThan(10);
  });
  test('share a correlation id where one operation leaves several records', () => {
    const groups = Map.groupBy(auditRows, row => row['correlationId']);
    const services = [...groups.values()].map(rows => new Set(rows.map(row => row['loggedByService'])));
    expect(services.filter(set => set.has('PIM') && set.has('Core Directory')).length).toBeGreaterThan(20);
    expect(auditRows.some(row => String(row['id']).startsWith('PIM_'))).toBe(true);
  });
  test('tell of joiners and leavers, who are then met nowhere else', () => {
    const gone = auditRows.filter(row => row['activityDisplayName'] === 'Delete user');
    expect(auditRows.filter(row => row['activityDisplayName'] === 'Add user').length).toBeGreaterThan(0);
    expect(gone.length).toBeGreaterThan(0);
    for (const row of gone) {
      const [who] = row['targetResources'] as { id: string; userPrincipalName: string }[];
      const after = Date.parse(String(row['activityDateTime']));
      const sent = traceRows.filter(trace => trace['senderAddress'] === who?.userPrincipalName);
      expect(sent.every(trace => Date.parse(String(trace['receivedDateTime'])) < after)).toBe(true);
    }
  });
});

describe('message traces', () => {
  test('go in, out and between, with bounces, spam, quarantine and every status', () => {
    const ours = (address: unknown): boolean => String(address).endsWith('@contoso.example');
    const kinds = traceRows.map(
      row => `${String(ours(row['senderAddress']))} ${String(ours(row['recipientAddress']))}`,
    );
    for (const kind of ['true true', 'true false', 'false true']) {
      expect(kinds.filter(found => found === kind).length).toBeGreaterThan(500);
    }
    const bounces = traceRows.filter(row => row['senderAddress'] === '');
    expect(bounces.length).toBeGreaterThan(20);
    expect(bounces.every(row => ours(row['recipientAddress']) && row['fromIP'] === null)).toBe(true);
    const statuses = new Set(traceRows.map(row => row['status']));
    for (const status of [
      'delivered',
      'failed',
      'pending',
      'quarantined',
      'filteredAsSpam',
      'expanded',
      'recalled',
    ]) {
      expect(statuses).toContain(status);
    }
    expect(traceRows.filter(row => /[^ -~]/.test(String(row['subject']))).length).toBeGreaterThan(200);
    expect(traceRows.some(row => row['subject'] === null)).toBe(true);
    expect(
      traceRows.some(row => String(row['subject']).includes('"') || String(row['subject']).includes('\\')),
    ).toBe(true);
  });

  test('flip from gettingStatus and pending to what came of them, and change in nothing else', () => {
    const flips = new Set<string>();
    for (const record of traces) {
      const first = parsed(record.json(record.time));
      const last = parsed(record.json(record.time + 10 * day));
      if (first['status'] !== last['status'])
        flips.add(`${String(first['status'])} ${String(last['status'])}`);
      expect({ ...first, status: '' }).toEqual({ ...last, status: '' });
      expect(['gettingStatus', 'pending']).not.toContain(last['status']);
    }
    expect([...flips].sort()).toEqual(['gettingStatus delivered', 'pending delivered', 'pending failed']);
  });
});

describe('content', () => {
  const sorted = (types: Set<unknown>): number[] => [...types].map(Number).sort((a, b) => a - b);
  const typesIn = (stream: string): Set<unknown> =>
    new Set(contentRows.filter((_, n) => content[n]?.stream === stream).map(row => row['RecordType']));
  test('has all five content types with the record types they carry, and types nobody has a name for', () => {
    expect(sorted(typesIn('Audit.AzureActiveDirectory'))).toEqual([8, 15]);
    expect(sorted(typesIn('Audit.Exchange'))).toEqual([1, 2, 3, 50]);
    expect(sorted(typesIn('Audit.SharePoint'))).toEqual([4, 6, 14, 36]);
    expect(sorted(typesIn('DLP.All'))).toEqual([11, 13, 63]);
    const general = typesIn('Audit.General');
    for (const type of [25, 63, 20, 40, 261, 417, 501, 612]) expect(general).toContain(type);
  });
  test('mixes types in a blob, and events older than those of blobs before it', () => {
    const blobs = [...contoso.blobs('Audit.General', all, now)];
    const rows = blobs.map(blob => blob.records(now).map(parsed));
    expect(rows.filter(blob => new Set(blob.map(row => row['RecordType'])).size > 2).length).toBeGreaterThan(
      10,
    );
    const oldest = rows.map(blob =>
      Math.min(...blob.map(row => Date.parse(`${String(row['CreationTime']).slice(0, 19)}Z`))),
    );
    const before = rows.map((_, n) => Math.max(...oldest.slice(0, n)));
    expect(oldest.filter((time, n) => time < (before[n] ?? time)).length).toBeGreaterThan(10);
    expect(blobs.every((blob, n) => (oldest[n] ?? 0) < blob.contentCreated)).toBe(true);
  });
  test('writes CreationTime without a zone, nearly always', () => {
    const zoned = contentRows.filter(row => String(row['CreationTime']).endsWith('Z')).length;
    expect(zoned).toBeGreaterThan(10);
    expect(zoned / contentRows.length).toBeLessThan(0.03);
  });
  test('delivers some records twice, byte for byte, in two blobs', () => {
    const repeats = content.filter(record => record.repeated);
    expect(repeats.length).toBeGreaterThan(20);
    const first = new Map(
      content.filter(record => !record.repeated).map(record => [record.identity, record]),
    );
    const same = (record: TrueRecord): boolean => first.get(record.identity)?.json === record.json;
    expect(repeats.every(same)).toBe(true);
    expect(repeats.every(record => first.get(record.identity)?.contentId !== record.contentId)).toBe(true);
  });
  test('lists some blobs late', () => {
    const late = contentTypes
      .flatMap(type => [...contoso.blobs(type, all, now)])
      .map(blob => blob.visibleAt - blob.contentCreated);
    expect(late.filter(ms => ms > 3 * 60_000).length).toBeGreaterThan(3);
    expect(late.filter(ms => ms < 60_000).length / late.length).toBeGreaterThan(0.9);
  });
  test('belongs to the tenant it is asked of', () => {
    expect(contentRows.every(row => row['OrganizationId'] === contoso.id)).toBe(true);
    const theirs = [...truth(fabrikam, 'm365.unified-audit', now)];
    expect(
      theirs.every(record => record.json.includes(fabrikam.id) && !record.json.includes('contoso')),
    ).toBe(true);
  });
});

describe('the rhythm', () => {
  test('follows the office: busy in working hours, quiet at night and on weekends', () => {
    const local = localTime('Europe/Berlin');
    const perHour = (want: (weekday: number, hourOfDay: number) => boolean): number => {
      let hours = 0;
      let records = 0;
      for (let time = now - 80 * day; time < now; time += hour) {
        const at = local(time);
        if (!want((Math.floor(at / day) + 4) % 7, Math.floor((at % day) / hour))) continue;
        hours += 1;
        records += [...contoso.messageTraces({ from: time, to: time + hour }, now, 'asc')].length;
      }
      return records / hours;
    };
    const weekday = (d: number): boolean => d >= 1 && d <= 5;
    const office = perHour((d, h) => weekday(d) && h >= 9 && h < 12);
    expect(office).toBeGreaterThan(8 * perHour((d, h) => weekday(d) && h < 5));
    expect(office).toBeGreaterThan(5 * perHour(d => d === 0 || d === 6));
  });
  test('keeps to summer time', () => {
    const rhythm = workingHours('Europe/Berlin');
    const nine = (date: string): number => rhythm(Date.parse(date));
    // 09:30 in Berlin is 07:30 UTC in summer and 08:30 UTC in winter.
    expect(nine('2026-07-01T07:30:00Z')).toBe(nine('2026-12-02T08:30:00Z'));
    expect(nine('2026-07-01T07:30:00Z')).not.toBe(nine('2026-12-02T07:30:00Z'));
  });
  test('is never still for somebody watching: a few records every minute after birth, at night too', () => {
    const birth = Date.parse('2026-10-03T23:30:00Z'); // a Saturday night
    const demo = inventWorld({ seed: 4, now: birth });
    const range = { from: birth, to: birth + 2 * hour };
    const arrivals = demo.tenants.flatMap(tenant => [
      ...[...tenant.directoryAudits(range, range.to, 'asc')].map(record => record.visibleAt),
      ...[...tenant.messageTraces(range, range.to, 'asc')].map(record => record.visibleAt),
      ...graphFeeds.flatMap(feed =>
        [...tenant.graphRecords(feed, range, range.to, 'asc')].map(record => record.visibleAt),
      ),
      ...contentTypes.flatMap(type =>
        [...tenant.blobs(type, range, range.to)].flatMap(blob =>
          blob.records(range.to).map(() => blob.visibleAt),
        ),
      ),
    ]);
    const minutes = Map.groupBy(arrivals, at => Math.floor((at - birth) / 60_000));
    expect(arrivals.length / 120).toBeGreaterThan(2.5);
    expect(arrivals.length / 120).toBeLessThan(8);
    expect(minutes.size).toBeGreaterThan(80);
    const still = inventWorld({ seed: 4, now: birth, livePerMinute: 0 }).tenants[0];
    expect(still && [...still.messageTraces(range, range.to, 'asc')].length).toBeLessThan(10);
  });
});
