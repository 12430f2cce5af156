import { describe, expect, test } from 'vitest';
import { days, instant } from '../../shared/kernel/time.ts';
import type { SourceId, StreamId, TenantId } from '../../shared/model/ids.ts';
import { readRecords } from '../../shared/pipeline/read-records.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people, type ApiHouse, type Reply } from '../support/api-house.ts';
import { seed } from '../support/api-seed.ts';
import { mappingsFrom } from '../support/mappings-from.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';

const path = '/api/v1/maintenance:preview-mapping';
const file =
  "categories: { role: Privileges }\nsources:\n  entra.directory-audits:\n    Add member to role: { summary: '{actor} promoted {user}' }\n";

async function ask(house: ApiHouse, as: keyof typeof people, body: unknown): Promise<Reply> {
  const token = await house.issuer.user(people[as]);
  const headers = { 'content-type': 'application/json' };
  return house.ask(path, { method: 'POST', token, headers, body: JSON.stringify(body) });
}
interface Shown {
  readonly total: { readonly value: number };
  readonly sample: readonly { readonly tenant: string }[];
}

/** Two tenants with a page of five records each, three of them of the operation the file speaks of. */
async function seeded(): Promise<ApiHouse> {
  const house = await openHouse({ grants: [{ principal: 'Tenants.Manage', tenants: '*' }] });
  for (const [tenant, name] of [
    [contoso, 'contoso'],
    [fabrikam, 'fabrikam'],
  ] as const) {
    await readAudits(house, tenant, name);
  }
  return house;
}

async function readAudits(house: ApiHouse, tenant: TenantId, name: string): Promise<void> {
  const source = sources.find(one => one.id === 'entra.directory-audits');
  if (source === undefined) throw new Error('no source');
  const { profile, clock } = house;
  const value = Array.from({ length: 5 }, (_, n) => ({
    id: `${name}-${String(n)}`, category: 'RoleManagement', result: 'success',
    activityDisplayName: n % 2 === 0 ? 'Add member to role' : 'Update user',
    activityDateTime: `2026-10-05T09:0${String(n)}:00.1234567Z`,
    initiatedBy: { user: { userPrincipalName: `oskar@${name}.example` } },
    targetResources: [{ type: 'User', userPrincipalName: `mira@${name}.example` }],
  })); // prettier-ignore
  const bytes = new TextEncoder().encode(JSON.stringify({ value }));
  const key = `${source.id}/default/2026/10/05/page-${name}`;
  const retainUntil = instant(clock.now() + days(365));
  const object = { key, bytes, contentType: 'application/json', retainUntil };
  const { sha256 } = await profile.archive.put(scopeOf(tenant), object);
  const ref = { source: source.id as SourceId, stream: 'default' as StreamId };
  const about = { domains: [`${name}.example`], stream: ref.stream };
  const { events } = readRecords(bytes, {
    source,
    ref,
    tenant,
    about,
    object: { key, sha256 },
    now: clock.now(),
  });
  expect(events).toHaveLength(5);
  await profile.events.upsert(scopeOf(tenant), events, clock.now());
  await house.index();
}

describe('POST /maintenance:preview-mapping', () => {
  test('tells counts and differences, and leaves an entry that says who looked', async () => {
    const house = await seeded();
    const reply = await ask(house, 'contosoAdmin', { file, from: '2026-10-05', sample: 1 });
    expect({ status: reply.status, body: reply.json() }).toMatchObject({
      status: 200,
      body: {
        total: { value: 5, exact: true },
        examined: 5,
        changed: 3,
        summaries: 3,
        categories: 0,
        outdated: 0,
        unreadable: 0,
        kept: { refused: 0, rawGone: 0, readingGone: 0, rawDamaged: 0, sourceGone: 0 },
        sources: [{ source: 'entra.directory-audits', examined: 5, changed: 3, unreadable: 0 }],
        operations: [
          { source: 'entra.directory-audits', operation: 'Add member to role', examined: 3, changed: 3 },
        ],
        labels: [{ category: 'role', before: 'Role', after: 'Privileges' }],
        sample: [
          {
            tenant: contoso,
            before: {
              summary: 'Add member to role by oskar@contoso.example on mira@contoso.example',
              category: 'role',
              label: 'Role',
            },
            after: { summary: 'oskar@contoso.example promoted mira@contoso.example', label: 'Privileges' },
          },
        ],
      },
    });
    const { entries } = await house.profile.access.list([scopeOf(contoso)], null, 10);
    expect(entries[0]).toMatchObject({ action: 'mapping.preview', detail: { from: '2026-10-05' } });
  });

  test('shows each caller their own tenants, and one where one is named', async () => {
    const house = await seeded();
    const tenantsOf = async (as: keyof typeof people, more: object = {}): Promise<[number, ...string[]]> => {
      const { sample, total } = (await ask(house, as, { file, ...more })).json() as Shown;
      return [total.value, ...new Set(sample.map(one => one.tenant))];
    };
    expect(await tenantsOf('fabrikamAdmin')).toEqual([5, fabrikam]);
    expect((await tenantsOf('operator'))[0]).toBe(10);
    expect(await tenantsOf('operator', { tenant: contoso })).toEqual([5, contoso]);
    expect((await ask(house, 'contosoAdmin', { file, tenant: fabrikam })).status).toBe(404);
    expect((await ask(house, 'contosoReader', { file })).status).toBe(403);
  });

  test('refuses a file with mistakes, naming each with its line and column', async () => {
    const house = await seeded();
    const reply = await ask(house, 'contosoAdmin', { file: 'categories:\n  roles: X\n  mail: 5\n' });
    expect({ status: reply.status, body: reply.json() }).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'RequestInvalid',
          message: 'The mapping file has 2 mistakes; see details.',
          target: 'file',
          details: [
            {
              code: 'MappingInvalid',
              message: expect.stringMatching(/^line 2, column 3: unknown category “roles”/) as string,
            },
            { message: 'line 3, column 9: the label of mail should be text; put it in quotes' },
          ],
        },
      },
    });
    expect((await ask(house, 'contosoAdmin', { file: `#${'x'.repeat(200_000)}` })).status).toBe(400);
  });

  test('keeps a long file out of the access log, but for how it begins', async () => {
    const house = await seeded();
    const long = `${file}${'# x\n'.repeat(20_000)}`;
    expect((await ask(house, 'contosoAdmin', { file: long })).status).toBe(200);
    const { entries } = await house.profile.access.list([scopeOf(contoso)], null, 1);
    expect(entries[0]?.detail['file']?.length).toBeLessThan(5_000);
    expect(entries[0]?.detail['file']).toContain(`(${String(long.length)} characters)`);
  });
});

test('the labels of categories are in /sources and /filter-options', async () => {
  const house = await openHouse({ mappings: mappingsFrom(file) });
  await seed(house, contoso, 'contoso');
  const client = house.client(await house.issuer.user(people.contosoReader));
  const { categories } = (await client.call('sources.list')).body;
  expect(categories).toContainEqual({ category: 'role', label: 'Privileges' });
  const options = (await client.call('filter-options.list', { query: { fields: 'category,operation' } })).body
    .value;
  expect(options[0]?.values).toEqual([{ value: 'role', count: 5, label: 'Privileges' }]);
  expect(options[1]?.values[0]).not.toHaveProperty('label');
});
