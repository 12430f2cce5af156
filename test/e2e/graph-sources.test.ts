import { expect, it } from 'vitest';
import { attackerIp } from '../../simulator/world/attack.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { truth } from '../../simulator/world/truth.ts';
import type { SimTenant } from '../../simulator/world/world.ts';
import { eventId } from '../../shared/kernel/hash.ts';
import { days } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { readProviderTime } from '../../shared/sources/_kit/provider-time.ts';
import { expectSealed } from '../support/kept.ts';
import { openLife, openStage, pullToRest, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const reports = ['entra.directory-audits', 'entra.sign-ins'];
const others = ['intune.audit-events', 'defender.alerts', 'defender.incidents'];

/** Every stored revision of a tenant. */
async function eventsOf(life: Life): Promise<StoredEvent[]> {
  const [first] = await life.targets(contosoId);
  const found: StoredEvent[] = [];
  if (first === undefined) return found;
  for (let after: string | null = null; ;) {
    const { changes, next } = await life.profile.events.changes([first.scope], after, 1_000);
    found.push(...changes.map(({ event }) => event));
    if (changes.length === 0) return found;
    after = next;
  }
}

const world = inventWorld({ seed: 5, now: smallWorldNow, events: 15_000, tenants: 1 });
const [contoso] = world.tenants;
if (contoso === undefined) throw new Error('no tenant');

it('sign-ins, Intune and Defender come whole, within their quota, with their versions and without credentials', async () => {
  const stage = await openStage({ world });
  const life = await openLife(stage, await tempFolder());
  try {
    const all = await life.targets(contosoId);
    const targets = all.filter(({ ref }) => [...reports, ...others].includes(ref.source));
    // All at once, as a busy product would: the streams share their quota.
    // Whoever waits for the quota moves the clock for all, and what is past grows by another sliver: many tries.
    await Promise.all(targets.map(target => pullToRest(life, target, stage.clock, 400)));
    const events = await eventsOf(life);
    for (const target of targets) await expectSealed(life.profile, target);
    expectQuotaKept(stage);
    for (const source of [...reports, ...others]) expectWhole(source, contoso, events);
    expectAttackShown(events);
    expectNoCredentials(contoso, events);
    const alerts = targets.filter(({ ref }) => ref.source === 'defender.alerts');
    for (let day = 0; day < 20; day += 1) {
      stage.clock.advance(days(1));
      for (const target of alerts) await pullToRest(life, target, stage.clock);
    }
    expectVersions((await eventsOf(life)).filter(({ source }) => source === 'defender.alerts'));
  } finally {
    await life.end();
  }
});

/** The simulator counts as the provider does: five in ten seconds of the reports family, and nobody was refused. */
function expectQuotaKept(stage: Stage): void {
  const { counts, limits } = stage.simulator.control.requests();
  const asked = [
    'graph.signIns',
    'graph.directoryAudits',
    'graph.intuneAudits',
    'graph.alerts',
    'graph.incidents',
  ];
  const statuses = asked.map(route => `${route} ${JSON.stringify(counts[route]?.[contosoId])}`);
  process.stdout.write(`requests: ${statuses.join(', ')}\n`);
  for (const route of asked) expect(Object.keys(counts[route]?.[contosoId] ?? {})).toEqual(['200']);
  for (const { name, limit, highest, refused } of limits) {
    expect([name, refused, highest <= limit]).toEqual([name, 0, true]);
  }
  expect(limits.find(({ name }) => name === 'reportsTenant')?.highest).toBe(5);
}

function expectWhole(source: string, tenant: SimTenant, events: readonly StoredEvent[]): void {
  const stored = events.filter(event => event.source === source);
  const held = new Set<string>(stored.map(({ id }) => id));
  // What the provider is still writing comes with the next window; its oldest day is left to it.
  const settled = smallWorldNow - 10 * 60_000;
  const asked = smallWorldNow - 28 * 86_400_000;
  const shown = [...truth(tenant, source, smallWorldNow, asked)].filter(
    ({ json }) => updatedAt(json) < settled,
  );
  const ids = shown.map(({ stream, identity, json }) =>
    eventId(createdAt(json), tenant.id, source, stream, [identity ?? '']),
  );
  expect(ids.length).toBeGreaterThan(5);
  expect([source, ids.filter(id => !held.has(id))]).toEqual([source, []]);
  expect(new Set(stored.map(({ stream }) => stream)).size).toBe(source === 'entra.sign-ins' ? 4 : 1);
}

const member = (json: string, ...names: string[]): string =>
  names.map(name => new RegExp(`"${name}":"([^"]+)"`).exec(json)?.[1]).find(found => found !== undefined) ??
  '';
const createdAt = (json: string): string =>
  readProviderTime(member(json, 'createdDateTime', 'activityDateTime')) ?? '';
const updatedAt = (json: string): number =>
  Date.parse(
    readProviderTime(member(json, 'lastUpdateDateTime', 'activityDateTime', 'createdDateTime')) ?? '',
  );

function expectAttackShown(events: readonly StoredEvent[]): void {
  const met = events.filter(event => event.client?.ip === attackerIp);
  expect([...new Set(met.map(({ source, stream }) => `${source}/${stream}`))].sort()).toEqual([
    'defender.alerts/default',
    'defender.incidents/default',
    'entra.directory-audits/default',
    'entra.sign-ins/interactive',
    'entra.sign-ins/managedIdentity',
    'entra.sign-ins/nonInteractive',
    'entra.sign-ins/servicePrincipal',
    'intune.audit-events/default',
  ]);
  const incident = met.find(({ source }) => source === 'defender.incidents');
  const alerts = met.filter(({ source }) => source === 'defender.alerts');
  expect(alerts.map(({ correlationId }) => correlationId)).toEqual(alerts.map(() => incident?.correlationId));
}

/** Intune shows the keys people type in; they are in raw, and in no event. */
function expectNoCredentials(tenant: SimTenant, events: readonly StoredEvent[]): void {
  const text = JSON.stringify(events.filter(({ source }) => source === 'intune.audit-events'));
  const secrets = [...truth(tenant, 'intune.audit-events', smallWorldNow)].flatMap(({ json }) =>
    [...json.matchAll(/"PreSharedKey","oldValue":"(\w+)","newValue":"(\w+)"/g)].flatMap(
      ([, a = '', b = '']) => [a, b],
    ),
  );
  expect(secrets.length).toBeGreaterThan(5);
  expect(secrets.filter(secret => text.includes(secret))).toEqual([]);
}

/** An alert that somebody worked on has its versions, and stays where it was in time. */
function expectVersions(alerts: readonly StoredEvent[]): void {
  const grown = alerts.filter(({ revision }) => revision > 1);
  expect(grown.length).toBeGreaterThan(0);
  for (const { id, time } of grown) {
    expect(alerts.filter(one => one.id === id).map(one => one.time)).toContain(time);
    expect(new Set(alerts.filter(one => one.id === id).map(one => one.time)).size).toBe(1);
  }
}
