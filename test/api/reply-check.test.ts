import { describe, expect, test } from 'vitest';
import { boundRoutes, type AnyCall } from '../../shared/api/bound-handlers.ts';
import { createHandlers } from '../../shared/api/handlers/handlers.ts';
import type { Handlers } from '../../shared/api/handlers/handler.ts';
import { openHouse } from '../support/api-house.ts';

const call: AnyCall = {
  params: {},
  query: {},
  body: null,
  request: { id: 'r-1', path: '/api/v1/version', ifMatch: null, local: false },
  principal: null,
  known: null,
  operates: false,
  scopes: [],
  scope: undefined,
};
const good = { product: 'Holdfast', version: '1', api: 'v1' as const };

async function answered(handler: Handlers['version.get']): Promise<unknown> {
  const house = await openHouse();
  const routes = boundRoutes({ ...createHandlers(house.deps), 'version.get': handler });
  return routes.get('version.get')?.run(call);
}

describe('a handler’s answer', () => {
  test('that is as promised goes out', async () => {
    await expect(answered(async () => ({ status: 200, body: good }))).resolves.toMatchObject({
      status: 200,
      body: good,
    });
  });

  test('with more than the contract names is held back, and the error does not hold it either', async () => {
    const more = { ...good, secret: 'hunter2' };
    const error = await answered(async () => ({ status: 200, body: more })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'bug', facts: { route: '/version' } });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  test('of another form or status is held back', async () => {
    const wrong: unknown = { status: 200, body: { ...good, version: 7 } };
    await expect(answered(async () => wrong as { status: 200; body: typeof good })).rejects.toMatchObject({
      code: 'bug',
    });
    const odd: unknown = { status: 418, body: good };
    await expect(answered(async () => odd as { status: 200; body: typeof good })).rejects.toMatchObject({
      code: 'bug',
    });
  });
});
