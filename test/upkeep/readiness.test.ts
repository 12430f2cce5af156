import { describe, expect, test } from 'vitest';
import {
  checksOf,
  makeChecks,
  namesCheck,
  type ReadinessCheck,
} from '../../shared/pipeline/check-readiness.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { checksOn, clockOf, doorOn } from '../support/live-checks.ts';
import { openStage, type Stage } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';

const three = ['entra.directory-audits', 'exchange.message-trace', 'm365.unified-audit'];

async function checked(
  stage: Stage,
  of: readonly Source[] = sources.filter(source => three.includes(source.id)),
): Promise<Record<string, ReadinessCheck>> {
  const made = await checksOn(stage, of);
  return Object.fromEntries(made.map(one => [one.shows.join('+'), one]));
}

const flags = (stage: Stage, change: object): void => {
  stage.simulator.control.setTenant(contosoId, change);
};
const every = [
  'AuditLog.Read.All',
  'ExchangeMessageTrace.Read.All',
  'ActivityFeed.Read',
  'ActivityFeed.ReadDlp',
];

describe('readiness', () => {
  test('is one live check for each permission', async () => {
    const stage = await openStage({ world: smallWorld() });
    const made = await checked(stage);
    expect(Object.keys(made)).toEqual(every);
    for (const one of Object.values(made)) expect(one).toMatchObject({ state: 'ready', problem: null });
  });

  test.each(every)('names %s where it alone is missing, and how to grant it', async missing => {
    const stage = await openStage({ world: smallWorld() });
    flags(stage, { permissions: [...every, 'Directory.Read.All'].filter(one => one !== missing) });
    const made = await checked(stage);
    expect(made[missing]).toMatchObject({ state: 'refused', code: 'provider.refused' });
    expect(made[missing]?.problem).toContain(missing);
    // Without the feed's own permission nothing of it can be asked, so the second says so as well.
    const alone = missing !== 'ActivityFeed.Read';
    expect(Object.values(made).filter(one => one.state !== 'ready')).toHaveLength(alone ? 1 : 2);
  });

  test.each([
    ['no consent', { application: 'absent' }, every, /consent/],
    ['a disabled application', { application: 'disabled' }, every, /Enterprise applications/],
    ['an expired secret', { secret: 'expired' }, every, /secret has expired/],
    ['no service principal for traces', { traceServicePrincipal: false }, [every[1]], /8bd644d1/],
    ['auditing off', { auditing: false }, every.slice(2), /auditing on/],
    ['no P1 licence', { licence: 'refused' }, [every[0]], /Entra ID P1/],
  ] as const)('says what mends %s', async (_, change, hit, sentence) => {
    const stage = await openStage({ world: smallWorld() });
    flags(stage, change);
    const made = await checked(stage);
    for (const [name, one] of Object.entries(made)) {
      expect([name, one.state]).toEqual([name, hit.includes(name) ? 'refused' : 'ready']);
      if (one.state === 'refused') expect(one.problem).toMatch(sentence);
    }
  });

  test('says what mends a wrong secret', async () => {
    const stage = await openStage({ world: smallWorld() });
    const made = await checked({
      ...stage,
      environment: { ...stage.environment, HOLDFAST_SECRET_PULL_CLIENT: 'another one' },
    });
    for (const one of Object.values(made)) {
      expect(one).toMatchObject({ state: 'refused', code: 'provider.unauthorized' });
      expect(one.problem).toMatch(/client secret is wrong/);
    }
  });

  test('takes a throttle or a fault of the provider for nothing to mend', async () => {
    const stage = await openStage({ world: smallWorld() });
    const at = { tenant: contosoId, route: 'graph.messageTraces' };
    stage.simulator.control.addFault({ ...at, name: 'server-error' });
    stage.simulator.control.addFault({ ...at, name: 'unavailable', route: 'graph.directoryAudits' });
    const made = await checked(stage);
    expect(made[every[1] ?? '']).toMatchObject({ state: 'unknown', code: 'provider.unavailable' });
    expect(made[every[0] ?? '']).toMatchObject({ state: 'unknown' });
    expect(made[every[2] ?? '']?.state).toBe('ready');
  });

  test('asks a source without probes for a first page, for all it needs', async () => {
    const stage = await openStage({ world: smallWorld() });
    const plain = sources
      .filter(source => three.includes(source.id))
      .map(source => {
        const { probes: _probes, ...rest } = source;
        return rest;
      });
    const fine = await checked(stage, plain);
    expect(Object.keys(fine)).toEqual([every[0], every[1], `${every[2]}+${every[3]}`]);
    for (const one of Object.values(fine)) expect(one.state).toBe('ready');
    flags(stage, { permissions: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'] });
    const made = await checked(stage, plain);
    expect(made[every[0] ?? '']?.problem).toContain('AuditLog.Read.All');
  });
});

describe('names', () => {
  test('are checked by a question about nobody, and say what to grant', async () => {
    const stage = await openStage({ world: smallWorld() });
    const [tenant] = stage.tenants;
    if (tenant === undefined) throw new Error('no tenant');
    const deps = { clock: clockOf(stage), door: await doorOn(stage) };
    expect(await makeChecks([namesCheck(deps, tenant)])).toMatchObject([{ state: 'ready' }]);
    flags(stage, { permissions: every });
    const [lacking] = await makeChecks([namesCheck(deps, tenant)]);
    expect(lacking).toMatchObject({ state: 'refused', code: 'provider.refused' });
    expect(lacking?.problem).toContain('Directory.Read.All');
  });
});

describe('a check', () => {
  test('that takes too long is given up, and the others are not', async () => {
    const stage = await openStage({ world: smallWorld() });
    const [tenant] = stage.tenants;
    const source = sources.find(one => one.id === three[0]);
    const connection = tenant?.connections.find(one => one.source === three[0]);
    if (tenant === undefined || source === undefined || connection === undefined) throw new Error('stage');
    // A clock whose sleeps end at once: the limit is there before any answer.
    const deps = { clock: stage.clock, door: await doorOn(stage) };
    const stuck = { ...source, probes: [{ shows: ['X'], ask: () => new Promise<void>(() => {}) }] };
    const quick = { ...source, probes: [{ shows: ['Y'], ask: () => Promise.resolve() }] };
    const checks = [stuck, quick].flatMap(one => checksOf(deps, tenant, connection, one));
    expect((await makeChecks(checks)).map(one => [one.shows[0], one.state])).toEqual([
      ['X', 'unknown'],
      ['Y', 'ready'],
    ]);
  });
});
