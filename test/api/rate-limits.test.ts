import { describe, expect, test } from 'vitest';
import { errorOf } from '../support/api-error.ts';
import { openHouse, people } from '../support/api-house.ts';

describe('too many requests are 429 with a time to wait', () => {
  test('for one caller, while others of the tenant go on', async () => {
    const house = await openHouse({ limits: { client: { perSecond: 1, burst: 3 } } });
    const token = await house.issuer.user(people.contosoReader);
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await house.ask('/api/v1/me', { token })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await house.ask('/api/v1/me', { token });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(errorOf(refused).code).toBe('TooManyRequests');
    const other = await house.issuer.user(people.contosoAdmin);
    expect((await house.ask('/api/v1/me', { token: other })).status).toBe(200);
  });

  test('for one tenant, while others go on', async () => {
    const house = await openHouse({ limits: { tenant: { perSecond: 1, burst: 2 } } });
    const who = [people.contosoReader, people.contosoAdmin, people.contosoReader, people.fabrikamReader];
    const statuses = [];
    for (const one of who)
      statuses.push((await house.ask('/api/v1/me', { token: await house.issuer.user(one) })).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  test('for an address with bad tokens, while good ones from there still work and the probe is never refused', async () => {
    const house = await openHouse({ limits: { stranger: { perSecond: 1, burst: 2 } } });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await house.ask('/api/v1/me', { token: 'bad' })).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await house.ask('/api/v1/version')).status).toBe(429);
    expect((await house.ask('/api/v1/health')).status).toBe(200);
    expect(
      (await house.ask('/api/v1/me', { token: await house.issuer.user(people.contosoReader) })).status,
    ).toBe(200);
  });
});
