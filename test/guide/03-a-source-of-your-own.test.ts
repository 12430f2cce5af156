import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { allTargets } from '../../shared/app/pull-targets.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import {
  days,
  hours,
  isoInstant,
  isoSeconds,
  minutes,
  parseInstant,
  seconds,
} from '../../shared/kernel/time.ts';
import { tenantSchema } from '../../shared/model/tenant.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { HttpClient } from '../../shared/ports/http-client.ts';
import { recordBytes } from '../../shared/sources/_kit/record-bytes.ts';
import { Problem, type Source } from '../../shared/sources/_kit/source.ts';
import { splitRecords } from '../../shared/sources/_kit/split-json.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { expectSealed } from '../support/kept.ts';
import { openLife, openStage, wideBudget } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

/*
 * Chapter 3. A source of your own.
 *
 * A source is a declaration and a few pure functions. Here is one for a provider that does not exist, a log of
 * doors, whole: what it needs, its rhythm, its pages, its records, and what they mean. In the tree it would be a
 * folder under shared/sources (`npm run new-source` makes it), with fixtures and goldens beside it.
 */

// Only what the mapping cannot do without; everything else may come and go, and stays in raw.
const doorRecord = z.looseObject({
  swipe: z.string(),
  at: z.string(),
  badge: z.string(),
  door: z.string(),
  opened: z.boolean(),
});
type DoorRecord = z.infer<typeof doorRecord>;

const doorLog: Source<unknown, DoorRecord> = {
  id: 'acme.door-log',
  title: 'Acme door log',
  about: 'Every badge held to a door, and whether it opened.',
  api: 'graph',
  needs: [{ api: 'graph', name: 'Doors.Read.All', how: 'Ask the caretaker.' }],
  config: z.strictObject({}),
  // One cursor is enough. A provider with five kinds of content would name five streams.
  streams: () => ['default'],
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      maxWidth: days(1),
      // The doors write for a minute or two; what is newer is left alone.
      lag: minutes(2),
      overlap: minutes(10),
      lookback: days(1),
      rereads: [hours(6)],
      grain: seconds(1),
    },
    // A generator of the provider's answers, as they came. The one thing it may touch is the client it is given:
    // time-outs, retries, throttles and tokens are the client's business.
    async *pages({ http }, window, resume) {
      for (let page: string | null = resume ?? '1'; page !== null;) {
        const reply = await http.send({
          api: 'graph',
          origin: 'configured',
          path: '/doors/swipes',
          query: { from: isoSeconds(window.from), to: isoSeconds(window.to), page },
        });
        const next = reply.headers['x-next-page'] ?? null;
        yield {
          bytes: reply.bytes,
          contentType: 'application/json',
          resume: next,
          holds: 'records',
          name: null,
        };
        page = next;
      }
    },
  },
  record: doorRecord,
  mapping: 1,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => [record.swipe],
  // Pure. What it cannot place it refuses with a sentence that names the field, never the value.
  normalize(record) {
    const time = parseInstant(record.at);
    if (time === null) throw new Problem('at: expected an RFC 3339 time');
    if (record.badge === 'caretaker') return { skip: 'the caretaker’s rounds' };
    return {
      time: isoInstant(time),
      category: 'other',
      operation: 'Badge',
      outcome: record.opened ? 'success' : 'failure',
      reason: null,
      severity: record.opened ? 'informational' : 'low',
      actor: { kind: 'user', id: record.badge, name: null, address: null },
      targets: [{ kind: 'other', id: record.door, name: record.door, address: null }],
      client: null,
      mail: null,
      correlationId: null,
      summary: `Badge ${record.badge} ${record.opened ? 'opened' : 'was refused at'} ${record.door}`,
      ocsf: { class: 6003, activity: 1 },
    };
  },
};

// What the made-up provider has. The third record has a time that is none.
const swipe = (id: string, at: string, badge: string, opened: boolean): object => ({
  swipe: id,
  at,
  badge,
  door: 'Archive',
  opened,
});
const answers = [
  [
    swipe('s-1', '2026-10-05T08:00:00Z', 'b-17', true),
    swipe('s-2', '2026-10-05T08:05:00Z', 'caretaker', true),
  ],
  [swipe('s-3', 'five past eight', 'b-17', true), swipe('s-4', '2026-10-05T08:10:00Z', 'b-99', false)],
];
const door: HttpClient = {
  send(request) {
    const page = Number(request.query?.['page'] ?? 1);
    const headers: Record<string, string> = page < answers.length ? { 'x-next-page': String(page + 1) } : {};
    const body = JSON.stringify({ value: answers[page - 1] });
    return Promise.resolve({ status: 200, headers, bytes: Buffer.from(body) });
  },
};

describe('a source of your own', () => {
  test('is pulled, kept and proved like any other', async () => {
    const stage = await openStage({
      world: smallWorld(),
      connection: { remembersDays: 0.9, everySeconds: 86_400 },
    });
    const life = await openLife(stage, await tempFolder());

    // A customer gets a connection to it: that is all the administration there is.
    const [contoso] = stage.tenants.filter(tenant => tenant.id === contosoId);
    const connection = {
      source: doorLog.id,
      enabled: true,
      config: {},
      remembersDays: 0.9,
      everySeconds: 86_400,
    };
    const tenant = tenantSchema.parse({ ...contoso, connections: [connection] });
    const found = await life.profile.tenants.get(tenant.id);
    await life.profile.tenants.swap(found?.rev ?? null, tenant);

    // The registry is a list. `npm run gen` writes it from the folders; here the new one is added by hand.
    const registry = [...sources, doorLog as Source];
    const scopeOf = (id: typeof tenant.id) => systemScope(id, 'pull');
    const targets = await allTargets({ tenants: life.profile.tenants, sources: registry, scopeOf });
    const stream = targets.find(one => one.ref.source === doorLog.id);
    if (stream === undefined) throw new Error('the registry knows the new source');

    const { counts } = await pull({ ...life.deps, http: () => door }, stream, {
      trigger: 'timer',
      budget: wideBudget,
    });

    // Four records: two events, one skipped with a reason, one kept in quarantine until its mapping is mended.
    expect(counts).toMatchObject({ pages: 2, seen: 4, inserted: 2, skipped: 1, quarantined: 1 });
    const { records } = await life.profile.events.quarantined(stream.scope, null, 10);
    expect(records.map(one => one.problem)).toEqual(['at: expected an RFC 3339 time']);

    const { changes } = await life.profile.events.changes([stream.scope], null, 10);
    expect(changes.map(({ event }) => event.summary)).toEqual([
      'Badge b-17 opened Archive',
      'Badge b-99 was refused at Archive',
    ]);

    // And the books of its stream balance: every window sealed, every object of every manifest there.
    await expectSealed(life.profile, stream);
    await life.end();
  });
});
