import { expect, test } from 'vitest';
import { minutes } from '../../shared/kernel/time.ts';
import { seed } from '../support/seed.ts';
import { runManyTenants, type Figures, type ManyTenants } from './many-tenants.ts';

const spoken = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;
const at = (rising: readonly number[], part: number): number =>
  rising[Math.min(rising.length - 1, Math.floor(rising.length * part))] ?? 0;

function show(plan: ManyTenants, made: Figures): void {
  const { waits, busyWaits } = made;
  console.log(
    [
      `${plan.tenants} tenants of ${plan.streamsEach} streams, ${plan.instances} process(es), ${plan.hours} h of invented activity (seed ${seed}):`,
      `  ${made.requests} requests for ${made.windows} windows, ${made.refused} answered 429, ${made.gaveUp} runs put off`,
      `  at most ${made.most} requests in any 10 s (122 allowed), ${made.mostOfOne} of one tenant (5 allowed)`,
      `  longest without an answer: half the streams ${spoken(at(waits, 0.5))}, nineteen of twenty ${spoken(at(waits, 0.95))}, the worst ${spoken(at(waits, 1))}`,
      `  of busy streams: half ${spoken(at(busyWaits, 0.5))}, the worst ${spoken(at(busyWaits, 1))}`,
    ].join('\n'),
  );
}

test('a thousand tenants share the reports family’s quota: it is never exceeded, and none starves', async () => {
  const plan = { tenants: 1_000, streamsEach: 5, instances: 1, hours: 0.9, seed };
  const made = await runManyTenants(plan);
  show(plan, made);
  expect(made.most).toBeLessThanOrEqual(122);
  expect(made.mostOfOne).toBeLessThanOrEqual(5);
  expect(made.refused).toBe(0);
  // There is more to ask for than the quota allows, so the test can fail; and what is allowed is used.
  expect(made.requests).toBeGreaterThan(0.5 * 11 * 3_600 * plan.hours);
  expect(made.waits).toHaveLength(5_000);
  expect(at(made.waits, 1)).toBeLessThan(minutes(50));
  expect(at(made.busyWaits, 0.5)).toBeLessThan(minutes(15));
});

test('several processes share it too; only one tenant’s own limit may be met by two of them at once', async () => {
  const plan = { tenants: 150, streamsEach: 5, instances: 3, hours: 0.75, seed };
  const made = await runManyTenants(plan);
  show(plan, made);
  expect(made.most).toBeLessThanOrEqual(122);
  // Each such refusal is remembered for all: they stay rare.
  expect(made.refused).toBeLessThan(made.requests / 100);
  expect(at(made.waits, 1)).toBeLessThan(minutes(40));
});
