import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours } from '../../shared/kernel/time.ts';
import { expectSealed, ledgerOf } from '../support/kept.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';

it('a window that is given up again and again is sealed anew only where other objects are kept of it', async () => {
  const provider = logProvider({ pageSize: 1_000 });
  const house = await logHouse(provider);
  const began = house.clock.now() - days(20);
  provider.entries = Array.from({ length: 26 * 24 * 12 }, (_, n) => ({
    id: `e${n}`,
    at: began + n * hours(1 / 12),
  }));
  await house.live(hours(1));
  provider.pageSize = 1;
  // The first page of a window comes, and never the second.
  provider.instead = (_asked, { page }) =>
    page === '0' ? null : new AppError('provider.unavailable', 'retry-later', 'Later.');
  const left = async () =>
    (await ledgerOf(house.profile, house.target)).filter(({ type }) => type === 'window.left').length;
  await house.live(days(1));
  const first = await left();
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(10);
  await house.live(days(1));
  // It stands where it stood: one whose objects are the same is not told once more.
  expect(await left()).toBe(first);
  provider.entries = provider.entries.map(one => ({ ...one, text: 'another' }));
  await house.live(days(1));
  expect(await left()).toBe(first + 1);
  provider.instead = null;
  provider.pageSize = 1_000;
  await house.live(days(2));
  await expectSealed(house.profile, house.target);
});
