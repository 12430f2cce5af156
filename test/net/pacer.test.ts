import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pacer, type Pacer } from '../../shared/adapters/net/pacer.ts';
import { familyOf, providerLimits, type PaceFamily } from '../../shared/adapters/net/provider-limits.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { minutes, seconds, type Duration } from '../../shared/kernel/time.ts';
import { cpuMsSince } from '../support/cpu-time.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const family = (over: Partial<PaceFamily> = {}): PaceFamily => ({
  name: 'reports', api: 'graph', path: /^\//,
  perTenant: { limit: 5, per: seconds(10) }, perApp: { limit: 12, per: seconds(10) }, ...over,
}); // prettier-ignore

interface Served {
  readonly tenant: string;
  /** When the request was sent, and when its answer came. */
  readonly sent: number;
  readonly answered: number;
}

/** Makes requests through the pacer; answers take as long as `takes` says. */
async function drive(
  clock: VirtualClock,
  gate: Pacer,
  of: PaceFamily,
  asks: readonly { tenant: string; after: number; takes: number }[],
): Promise<{ served: Served[]; refused: AppError[] }> {
  const served: Served[] = [];
  const refused: AppError[] = [];
  const all = asks.map(async ({ tenant, after, takes }) => {
    await clock.sleep(after as Duration);
    try {
      const leave = await gate.enter(of, tenant);
      const sent = clock.now();
      await clock.sleep(takes as Duration);
      leave();
      served.push({ tenant, sent, answered: clock.now() });
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      refused.push(thrown);
    }
  });
  await clock.run();
  await Promise.all(all);
  return { served, refused };
}

/** The most requests the provider can have counted in one window, wherever on their way it counted them. */
function most(counted: readonly number[], per: number): number {
  const times = [...counted].sort((a, b) => a - b);
  return Math.max(
    0,
    ...times.map((from, at) => times.filter((time, to) => to >= at && time < from + per).length),
  );
}

const asksOf = (
  tenants: number,
  atMost: number,
): fc.Arbitrary<{ tenant: string; after: number; takes: number }[]> =>
  fc.array(
    fc.record({
      tenant: fc.integer({ min: 1, max: tenants }).map(n => `t${n}`),
      after: fc.integer({ min: 0, max: 9_000 }),
      takes: fc.integer({ min: 0, max: 12_000 }),
    }),
    { minLength: 30, maxLength: atMost },
  );

describe('the limit', () => {
  test('is never exceeded in any window, wherever between sending and answer the provider counts', async () => {
    const counting = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(asksOf(4, 60), counting, async (asks, where) => {
        const clock = new VirtualClock();
        const of = family();
        const { served, refused } = await drive(clock, pacer({ clock, patience: minutes(60) }), of, asks);
        expect(served.length + refused.length).toBe(asks.length);
        expect(refused).toEqual([]);
        const counted = (list: readonly Served[]): number[] =>
          list.map((one, at) => one.sent + (one.answered - one.sent) * (where[at] ?? 0));
        expect(most(counted(served), 10_000)).toBeLessThanOrEqual(12);
        for (const tenant of ['t1', 't2', 't3', 't4']) {
          expect(most(counted(served.filter(one => one.tenant === tenant)), 10_000)).toBeLessThanOrEqual(5);
        }
      }),
      { numRuns: 60 },
    );
  });
  test('is used in full: nobody waits for nothing', async () => {
    const clock = new VirtualClock();
    const asks = Array.from({ length: 20 }, () => ({ tenant: 'a', after: 0, takes: 0 }));
    const { served } = await drive(clock, pacer({ clock, patience: minutes(5) }), family(), asks);
    const start = served[0]?.sent ?? 0;
    expect(served.map(one => one.sent - start)).toEqual([
      0, 0, 0, 0, 0, 10_000, 10_000, 10_000, 10_000, 10_000, 20_000, 20_000, 20_000, 20_000, 20_000, 30_000,
      30_000, 30_000, 30_000, 30_000,
    ]); // prettier-ignore
  });
  test('holds for one family alone: others do not wait for it', async () => {
    const clock = new VirtualClock();
    const gate = pacer({ clock });
    const [one, two] = [family(), family({ name: 'traces' })];
    const first = await drive(
      clock,
      gate,
      one,
      Array.from({ length: 5 }, () => ({ tenant: 'a', after: 0, takes: 0 })),
    );
    const began = clock.now();
    const second = await drive(clock, gate, two, [{ tenant: 'a', after: 0, takes: 0 }]);
    expect(first.served).toHaveLength(5);
    expect(second.served[0]?.sent).toBe(began);
  });
  test('does not make a quick caller wait at all: its place is there at once', () => {
    const clock = new VirtualClock();
    expect(pacer({ clock }).enter(family(), 'a')).not.toBeInstanceOf(Promise);
  });
  test('leaving twice frees one place only', async () => {
    const clock = new VirtualClock();
    const gate = pacer({ clock });
    const of = family({ perTenant: { limit: 2, per: seconds(10) } });
    const leave = await gate.enter(of, 'a');
    leave();
    leave();
    clock.shift(10_000);
    await gate.enter(of, 'a');
    await gate.enter(of, 'a');
    expect(gate.enter(of, 'a')).toBeInstanceOf(Promise);
  });
});

describe('turns', () => {
  test('a tenant with a thousand requests does not keep another from its first', async () => {
    const clock = new VirtualClock();
    const busy = Array.from({ length: 200 }, () => ({ tenant: 'busy', after: 0, takes: 5 }));
    const quiet = Array.from({ length: 10 }, (_, n) => ({ tenant: `quiet-${n}`, after: 1, takes: 5 }));
    const of = family({
      perTenant: { limit: 100, per: seconds(10) },
      perApp: { limit: 4, per: seconds(10) },
    });
    const gate = pacer({ clock, patience: minutes(60) });
    const { served } = await drive(clock, gate, of, [...busy, ...quiet]);
    const start = Math.min(...served.map(one => one.sent));
    for (const { tenant } of quiet) {
      const sent = served.find(one => one.tenant === tenant)?.sent ?? Infinity;
      // Eleven tenants take turns at four places in ten seconds.
      expect(sent - start).toBeLessThanOrEqual(40_000);
    }
  });
  test('nobody starves: with equal demand all tenants come equally far', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 6 }),
        async (tenants, limit) => {
          const clock = new VirtualClock();
          const of = family({
            perTenant: { limit: 50, per: seconds(10) },
            perApp: { limit, per: seconds(10) },
          });
          const asks = Array.from({ length: tenants }, (_, n) =>
            Array.from({ length: 12 }, () => ({ tenant: `t${n}`, after: 0, takes: 0 })),
          ).flat();
          const { served } = await drive(clock, pacer({ clock, patience: minutes(600) }), of, asks);
          expect(served).toHaveLength(asks.length);
          // Beyond the first places, which were free before anybody waited.
          const half = served.slice(limit, limit + tenants * 5);
          const each = Array.from(
            { length: tenants },
            (_, n) => half.filter(one => one.tenant === `t${n}`).length,
          );
          expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 30 },
    );
  });
  test('a tenant at its own limit does not hold up the others', async () => {
    const clock = new VirtualClock();
    const gate = pacer({ clock, patience: minutes(5) });
    const asks = [
      ...Array.from({ length: 7 }, () => ({ tenant: 'full', after: 0, takes: 0 })),
      { tenant: 'other', after: 10, takes: 0 },
    ];
    const { served } = await drive(clock, gate, family(), asks);
    const start = served[0]?.sent ?? 0;
    expect((served.find(one => one.tenant === 'other')?.sent ?? Infinity) - start).toBe(10);
  });
});

describe('patience', () => {
  test('a turn that cannot come in time is refused at once, and says when it would', async () => {
    const clock = new VirtualClock();
    const gate = pacer({ clock, patience: seconds(30) });
    const of = family({ perTenant: { limit: 3, per: minutes(5) } });
    const asks = [0, 0, 0, 60_000].map(after => ({ tenant: 'a', after, takes: 1_000 }));
    const { served, refused } = await drive(clock, gate, of, asks);
    expect(served).toHaveLength(3);
    expect(refused).toMatchObject([
      { code: 'provider.throttled', recovery: 'retry-later', retryAfterMs: 241_000 },
    ]);
  });
  test('nobody waits longer than the patience and one window', async () => {
    await fc.assert(
      fc.asyncProperty(asksOf(1, 50), async asks => {
        const clock = new VirtualClock();
        const gate = pacer({ clock, patience: seconds(15) });
        const waits: number[] = [];
        const all = asks.map(async ({ tenant, after }) => {
          await clock.sleep(after as Duration);
          const asked = clock.now();
          const leave = await Promise.resolve(gate.enter(family(), tenant)).catch(() => null);
          waits.push(clock.now() - asked);
          leave?.();
        });
        await clock.run();
        await Promise.all(all);
        expect(Math.max(0, ...waits)).toBeLessThanOrEqual(25_000);
      }),
      { numRuns: 40 },
    );
  });
  test('a clock set back does not stop everything for the difference', async () => {
    const clock = new VirtualClock();
    const gate = pacer({ clock, patience: minutes(1) });
    for (let n = 0; n < 5; n += 1) (await gate.enter(family({ name: 'x' }), 'a'))();
    const of = family();
    for (let n = 0; n < 5; n += 1) (await gate.enter(of, 'a'))();
    clock.shift(-3_600_000);
    const began = clock.now();
    const { served } = await drive(clock, gate, of, [{ tenant: 'a', after: 0, takes: 0 }]);
    expect((served[0]?.sent ?? Infinity) - began).toBeLessThanOrEqual(10_000);
  });
  test('of thousands of tenants only those seen lately are kept', async () => {
    const clock = new VirtualClock();
    const gate = pacer({ clock });
    const of = family({ perApp: { limit: 100_000, per: seconds(10) } });
    const began = process.cpuUsage();
    for (let n = 0; n < 20_000; n += 1) {
      if (n % 50 === 0) clock.shift(11_000);
      (await gate.enter(of, `t${n}`))();
    }
    // Sweeping twenty thousand kept tenants for every new one would take minutes.
    expect(cpuMsSince(began)).toBeLessThan(20_000);
  });
});

describe('families', () => {
  test.each([
    ['graph', '/v1.0/auditLogs/directoryAudits?$top=5', 'reports'],
    ['graph', '/beta/auditLogs/signIns', 'reports'],
    ['graph', '/v1.0/reports/authenticationMethods/userRegistrationDetails', 'reports'],
    ['graph', '/v1.0/admin/exchange/tracing/messageTraces?x=/auditLogs/', 'message-trace'],
    ['graph', '/v1.0/identity/conditionalAccess/policies', 'conditional-access'],
    ['graph', '/v1.0/deviceManagement/auditEvents', 'intune-audit'],
    ['graph', '/v1.0/security/alerts_v2', 'security'],
    ['graph', '/v1.0/users', null],
    ['management', '/api/v1.0/t/activity/feed/subscriptions/start?contentType=x', 'subscription-start'],
    ['management', '/api/v1.0/t/activity/feed/subscriptions/content', 'activity'],
    // A path of another API means nothing here: all of Mimecast counts as one.
    ['mimecast', '/v1.0/auditLogs/x', 'mimecast'],
  ] as const)('%s %s is counted as %s', (api, target, name) => {
    expect(familyOf(providerLimits, api, target)?.name ?? null).toBe(name);
  });
  test('stay at or below what the providers publish', () => {
    const rate = (name: string, scope: 'perTenant' | 'perApp'): number => {
      const rule = providerLimits.find(one => one.name === name)?.[scope];
      return rule === undefined ? Infinity : rule.limit / (rule.per / 1_000);
    };
    expect(rate('reports', 'perTenant')).toBeLessThanOrEqual(5 / 10);
    expect(rate('reports', 'perApp')).toBeLessThanOrEqual(122 / 10);
    expect(rate('message-trace', 'perTenant')).toBeLessThanOrEqual(100 / 300);
    expect(rate('conditional-access', 'perTenant')).toBeLessThanOrEqual(1);
    expect(rate('intune-audit', 'perTenant')).toBeLessThanOrEqual(1_000 / 20);
    expect(rate('security', 'perTenant')).toBeLessThanOrEqual(150 / 60);
    expect(rate('activity', 'perTenant')).toBeLessThanOrEqual(2_000 / 60);
  });
});
