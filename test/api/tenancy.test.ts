import { beforeEach, describe, expect, test } from 'vitest';
import { contract, type RouteId } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import { openHouse, people, type ApiHouse, type Reply } from '../support/api-house.ts';
import { seed, type Seeded } from '../support/api-seed.ts';
import { callFor, takesTenant, tenantRoutes } from '../support/contract-calls.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';

interface Street {
  readonly house: ApiHouse;
  readonly own: Seeded;
  readonly other: Seeded;
}

async function street(): Promise<Street> {
  const house = await openHouse();
  const own = await seed(house, contoso, 'contoso');
  const other = await seed(house, fabrikam, 'fabrikam');
  return { house, own, other };
}

const send = async (
  { house }: Street,
  who: (typeof people)[keyof typeof people],
  call: ReturnType<typeof callFor>,
): Promise<Reply> => house.ask(call.path, { ...call.init, token: await house.issuer.user(who) });

/** Everything that came back: body and headers. */
const all = (reply: Reply): string => `${reply.text}\n${JSON.stringify([...reply.headers])}`;
const found = (reply: Reply, seeded: Seeded): string[] =>
  seeded.marks.filter(mark => all(reply).includes(mark));

/** Answers that hold nothing by which one tenant’s could be told from another’s; 404 must do there. */
const nameless: ReadonlySet<RouteId> = new Set(['tenant-sources.list', 'source.pause', 'source.resume']);
const mayCall = (id: RouteId): boolean => contract[id].needs === 'Events.Read';

describe('every route over tenants', () => {
  let at: Street;
  beforeEach(async () => {
    at = await street();
  });

  test.each(tenantRoutes)('%s shows Fabrikam’s people what is Fabrikam’s', async id => {
    const reply = await send(at, people.fabrikamAdmin, callFor(id, at.other));
    expect(reply.status, `${reply.text}`).toBeLessThan(300);
    // Where nothing of Fabrikam's is in the answer, the walk below would prove nothing.
    if (!nameless.has(id)) expect(found(reply, at.other)).not.toEqual([]);
    expect(found(reply, at.own)).toEqual([]);
  });

  test.each(tenantRoutes)('%s shows Contoso’s people nothing of Fabrikam', async id => {
    const spec: RouteSpec = contract[id];
    for (const who of mayCall(id) ? [people.contosoReader, people.contosoAdmin] : [people.contosoAdmin]) {
      const reply = await send(at, who, callFor(id, at.other));
      expect(found(reply, at.other), `${reply.text}`).toEqual([]);
      // Where the body names the tenant it is as with the path: it is not there.
      if (spec.over === 'one-tenant' || id === 'maintenance.renormalize') {
        expect(reply.status).toBe(404);
        expect(reply.headers.get('x-ms-error-code')).toBe('NotFound');
      } else {
        expect(reply.status).toBe(200);
        expect(found(reply, at.own)).not.toEqual([]);
      }
    }
  });

  test.each(tenantRoutes)('%s answers a thing of Fabrikam’s like a thing that does not exist', async id => {
    const spec: RouteSpec = contract[id];
    if (spec.over !== 'one-tenant') return;
    const nowhere: Seeded = {
      ...at.other,
      tenant: '57a00000-0000-4000-8000-000000000057' as typeof contoso,
      events: at.other.events.map(event => ({
        ...event,
        id: `20261005-${'f'.repeat(40)}` as typeof event.id,
      })),
      run: { ...at.other.run, id: 'run-nowhere' },
      operation: { ...at.other.operation, id: 'operation-nowhere' },
    };
    const theirs = await send(at, people.contosoAdmin, callFor(id, at.other));
    const none = await send(at, people.contosoAdmin, callFor(id, nowhere));
    const body = (reply: Reply): unknown =>
      JSON.parse(reply.text.replace(/"requestId":"[^"]*"/, ''.padEnd(0) + '"r":0'));
    expect(none.status).toBe(theirs.status);
    expect(body(none)).toEqual(body(theirs));
  });

  test.each(tenantRoutes.filter(id => takesTenant(contract[id])))(
    '%s narrowed to Fabrikam is 404 for Contoso',
    async id => {
      const reply = await send(at, people.contosoAdmin, callFor(id, at.own, { tenant: fabrikam }));
      expect(reply.status).toBe(404);
      expect(found(reply, at.other)).toEqual([]);
    },
  );

  test('leaves Fabrikam as it was: no operation, no cancelling, no log entry, no job', async () => {
    const before = await state(at);
    for (const id of tenantRoutes) await send(at, people.contosoAdmin, callFor(id, at.other));
    expect(await state(at)).toEqual(before);
  });
});

/** What Contoso's calls could have changed at Fabrikam's. */
async function state({ house: { profile } }: Street): Promise<unknown> {
  const scope = scopeOf(fabrikam);
  return {
    operations: await profile.operations.list([scope], null, 100),
    log: await profile.access.list([scope], null, 100),
    cursor: await profile.cursors.load(scope, {
      source: 'entra.directory-audits' as Seeded['events'][number]['source'],
      stream: 'default' as Seeded['events'][number]['stream'],
    }),
    jobs: await profile.queue.depth(),
  };
}

test('a search by another tenant’s words, ids and addresses finds nothing', async () => {
  const at = await street();
  const words = [
    'fabrikam',
    'tenant:' + fabrikam,
    'actor:oskar@fabrikam.example',
    `id:${String(at.other.events[0]?.id)}`,
  ];
  for (const q of [...words, `${words[1] ?? ''} OR actor:*`, 'NOT tenant:' + contoso]) {
    const path = `/api/v1/events?${new URLSearchParams({ q, facets: 'actor,tenant,recipient' }).toString()}`;
    const reply = await at.house.ask(path, { token: await at.house.issuer.user(people.contosoReader) });
    expect(reply.status, `${reply.text}`).toBe(200);
    // The link repeats the caller's own question.
    const { nextLink: _, ...body } = reply.json() as Record<string, unknown>;
    expect(at.other.marks.filter(mark => JSON.stringify(body).includes(mark))).toEqual([]);
  }
});

describe('the operator’s people', () => {
  const ask = async (
    grants: NonNullable<Parameters<typeof openHouse>[0]>['grants'],
    path: string,
  ): Promise<Reply> => {
    const house = await openHouse({ grants: grants ?? [] });
    await seed(house, contoso, 'contoso');
    await seed(house, fabrikam, 'fabrikam');
    return house.ask(path, { token: await house.issuer.user(people.operatorReader) });
  };

  test('see what grants name, and no more', async () => {
    const none = await ask([], '/api/v1/events');
    expect(none.status).toBe(200);
    expect(none.json()).toMatchObject({ value: [] });
    const one = await ask([{ principal: people.operatorReader.oid, tenants: [fabrikam] }], '/api/v1/events');
    expect(one.text).toContain('oskar@fabrikam.example');
    expect(one.text).not.toContain('oskar@contoso.example');
    const both = await ask([{ principal: 'Events.Read', tenants: '*' }], '/api/v1/events');
    expect(both.text).toContain('oskar@fabrikam.example');
    expect(both.text).toContain('oskar@contoso.example');
  });

  test('leave an entry in the log of each tenant they looked through', async () => {
    const house = await openHouse({ grants: [{ principal: 'Events.Read', tenants: '*' }] });
    const token = await house.issuer.user(people.operatorReader);
    await house.ask('/api/v1/events?q=severity:high', { token });
    await house.ask(`/api/v1/events?tenant=${fabrikam}`, { token });
    const entriesOf = async (tenant: typeof contoso): Promise<number> =>
      (await house.profile.access.list([scopeOf(tenant)], null, 10)).entries.length;
    expect([await entriesOf(contoso), await entriesOf(fabrikam)]).toEqual([1, 2]);
  });
});
