import { describe, expect, test } from 'vitest';
import type { Tenant } from '../../shared/model/tenant.ts';
import type { ReadinessCheck } from '../../shared/pipeline/check-readiness.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { mimecastSecret } from '../../shared/adapters/net/mimecast-token-source.ts';
import { mimecastLogs } from '../../simulator/world/world.ts';
import { checksOn } from '../support/live-checks.ts';
import { openStage } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import type { TenantFlags } from '../../simulator/tenant-flags.ts';
import { everyMimecastPermission } from '../../simulator/mimecast/log-table.ts';

/** Those whose lists the simulator has; the others of Graph and the Management API are in readiness.test.ts. */
const graph = [
  'defender.alerts', 'defender.incidents', 'entra.conditional-access', 'entra.directory-audits', 'entra.mfa-coverage',
  'entra.role-assignments', 'entra.sign-ins', 'exchange.message-trace', 'intune.audit-events',
]; // prettier-ignore
const mimecast = [...mimecastLogs.map(log => `mimecast.${log}`), 'mimecast.siem'];

interface Change {
  readonly flags?: Partial<TenantFlags>;
  readonly customer?: Partial<Tenant>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly config?: Tenant['connections'][number]['config'];
}

/** What the checks of some sources say in a small world that was changed so. */
async function checksIn(
  ids: readonly string[],
  { flags = {}, customer, settings, config }: Change,
): Promise<readonly ReadinessCheck[]> {
  const stage = await openStage({ world: smallWorld() });
  stage.simulator.control.setTenant(contosoId, flags);
  const environment = { ...stage.environment, ...settings };
  return checksOn({ ...stage, environment }, of(ids), customer, config);
}

const of = (ids: readonly string[]): readonly Source[] => sources.filter(source => ids.includes(source.id));
const needsOf = (ids: readonly string[]) =>
  of(ids).flatMap(source => source.needs.map(({ name, how }) => ({ source: source.id, name, how })));
const without = (all: readonly string[], one: string): readonly string[] => all.filter(name => name !== one);

describe('each source of Graph', () => {
  test('is ready where everything is granted', async () => {
    for (const one of await checksIn(graph, {})) expect(one).toMatchObject({ state: 'ready', problem: null });
  });

  test.each(needsOf(graph))('$source names $name where it is missing', async ({ source, name, how }) => {
    // Not all others: some would do as well.
    const others = needsOf([source]).map(need => need.name);
    const permissions = ['Organization.Read.All', ...without(others, name)];
    const made = await checksIn([source], { flags: { permissions } });
    for (const one of made) {
      const lacks = one.shows.includes(name);
      expect(one).toMatchObject({ state: lacks ? 'refused' : 'ready', problem: lacks ? how : null });
    }
    expect(made.some(one => one.state === 'refused')).toBe(true);
  });

  test.each([
    ['no P1 licence', { licence: 'free' }, 'entra.sign-ins', /Entra ID P1/],
    ['no P1 licence', { licence: 'free' }, 'entra.mfa-coverage', /Entra ID P1/],
    ['no Privileged Identity Management', { pim: false }, 'entra.role-assignments', /P2 or Governance/],
    ['no Intune', { intune: false }, 'intune.audit-events', /does not have the service/],
    ['no Defender', { defender: false }, 'defender.alerts', /Defender/],
    ['no Defender', { defender: false }, 'defender.incidents', /Defender/],
  ] as const)('says what mends %s', async (_, flags, source, sentence) => {
    const made = await checksIn([source], { flags });
    const refused = made.filter(one => one.state === 'refused');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.problem).toMatch(sentence);
  });

  test('entra.role-assignments does not ask for what its connection leaves out', async () => {
    const made = await checksIn(['entra.role-assignments'], {
      flags: { pim: false },
      config: { pim: false },
    });
    expect(made.map(one => one.state)).toEqual(['ready']);
  });
});

describe('each source of Mimecast', () => {
  test('is ready where everything is granted', async () => {
    const made = await checksIn(mimecast, {});
    expect(made).toHaveLength(mimecast.length);
    for (const one of made) expect(one).toMatchObject({ state: 'ready', problem: null });
  });

  test.each(needsOf(mimecast))('$source names $name where it is missing', async ({ source, name, how }) => {
    const flags = { mimecastPermissions: without(everyMimecastPermission, name) };
    const [made] = await checksIn([source], { flags });
    expect(made).toMatchObject({ state: 'refused', code: 'provider.refused' });
    // The gateway's events are refused by product, which the sentence of the refusal names.
    if (source === 'mimecast.siem') expect(made?.problem).toContain('product');
    else expect(made?.problem).toBe(how);
  });

  test.each([
    ['another region', { customer: { mimecast: { region: 'us' } } }, /region/],
    ['a disabled application', { flags: { mimecastApplication: 'disabled' } }, /is enabled/],
    ['a wrong secret', { settings: { [secretSetting()]: 'somebody:else' } }, /client id and secret/],
    ['a secret that is no pair', { settings: { [secretSetting()]: 'secret' } }, /with a colon between/],
  ] as const)('says what mends %s', async (_, change, sentence) => {
    for (const one of await checksIn(mimecast, change)) {
      expect(one.state).toBe('refused');
      expect(one.problem).toMatch(sentence);
    }
  });

  test('says what mends a log that the account’s licence lacks', async () => {
    const stage = await openStage({ world: smallWorld() });
    stage.simulator.control.addFault({ name: 'licence-missing', route: 'mimecast.archiveSearches' });
    const [made] = await checksOn(stage, of(['mimecast.archive-searches']));
    expect(made).toMatchObject({ state: 'refused', code: 'provider.licence-missing' });
    expect(made?.problem).toMatch(/have the product added/);
  });
});

/** As the environment names it. */
function secretSetting(): string {
  return `HOLDFAST_SECRET_${mimecastSecret(contosoId).toUpperCase().replaceAll('-', '_')}`;
}
