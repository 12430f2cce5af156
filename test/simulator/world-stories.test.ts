import { describe, expect, test } from 'vitest';
import { attackerIp, dropBox, phishingSender } from '../../simulator/world/attack.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { leakBox, leakIp } from '../../simulator/world/leak.ts';
import { truth } from '../../simulator/world/truth.ts';
import type { SimTenant } from '../../simulator/world/world.ts';

const now = Date.parse('2026-10-05T00:03:00Z'); // minutes after the last day of the stories
const day = 86_400_000;
const world = inventWorld({ seed: 9, now });

/** Sources that tell what happened; those that tell how things are have no attacker's address. */
const storied = [
  'defender.alerts', 'defender.incidents', 'entra.directory-audits', 'entra.sign-ins', 'exchange.message-trace',
  'intune.audit-events', 'm365.unified-audit',
]; // prettier-ignore

interface Told {
  readonly source: string;
  readonly time: number;
  readonly what: string;
  readonly json: string;
}

/** Mimecast's part of the stories is in mimecast-world.test.ts. */
const ofMicrosoft = (source: string): boolean => !source.startsWith('mimecast.');

/** Everything of a tenant at Microsoft that holds a word, in the order it happened: what an analyst's search would find. */
function found(tenant: SimTenant | undefined, word: string): readonly Told[] {
  if (tenant === undefined) throw new Error('no such tenant');
  return tenant.sources
    .filter(ofMicrosoft)
    .flatMap(source => [...truth(tenant, source, now)].map(record => ({ source, json: record.json })))
    .filter(record => record.json.includes(word))
    .map(({ source, json }): Told => {
      const record = Object(JSON.parse(json)) as Partial<Record<string, string>>;
      const time =
        record['activityDateTime'] ??
        record['receivedDateTime'] ??
        record['createdDateTime'] ??
        `${record['CreationTime'] ?? ''}Z`;
      const what =
        record['activityDisplayName'] ??
        record['Operation'] ??
        record['title'] ??
        record['activityType'] ??
        record['status'] ??
        '';
      return { source, json, what, time: Date.parse(time.replace('ZZ', 'Z')) };
    })
    .sort((a, b) => a.time - b.time);
}

describe('the attack on Contoso', () => {
  const told = found(world.tenants[0], attackerIp);
  const at = (what: string, holds = ''): number =>
    told.find(record => record.what === what && record.json.includes(holds))?.time ?? Number.NaN;

  test('is found whole by its one address, across all sources', () => {
    expect([...new Set(told.map(record => record.source))].sort()).toEqual(storied);
    expect(told.length).toBeGreaterThan(90);
    const victim = 'lena.okafor@contoso.example';
    const nameless = ['defender.incidents'];
    const others = told.filter(
      record =>
        !record.json.includes(victim) &&
        !nameless.includes(record.source) &&
        !record.json.includes('"servicePrincipalName":"'),
    );
    // Only the copies of the phishing mail that went to colleagues do not name her.
    expect(others.every(record => record.json.includes(phishingSender))).toBe(true);
  });

  test('is told in order, in the last two days before the world is born', () => {
    const steps = [
      at('delivered', phishingSender),
      at('UserLoginFailed'),
      at('UserLoggedIn'),
      at('New-InboxRule', dropBox),
      at('Consent to application'),
      at('Add member to role', 'Global Administrator'),
      at('FileDownloaded'),
      at('AlertTriggered'),
      at('Remove-InboxRule'),
      at('Remove member from role', 'Global Administrator'),
    ];
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.every(time => time > now - 2.1 * day && time < now)).toBe(true);
    expect(told.filter(record => record.what === 'FileDownloaded').length).toBe(64);
  });

  test('shows in all four kinds of sign-ins, in Intune, and in alerts that one incident holds together', () => {
    const bySource = (source: string) => told.filter(record => record.source === source);
    const kinds = bySource('entra.sign-ins').map(
      record => /"signInEventTypes":\["(\w+)"/.exec(record.json)?.[1],
    );
    expect(new Set(kinds)).toEqual(
      new Set(['interactiveUser', 'nonInteractiveUser', 'servicePrincipal', 'managedIdentity']),
    );
    expect(bySource('intune.audit-events').map(record => record.what)).toEqual([
      'Delete DeviceCompliancePolicy',
      'wipe ManagedDevice',
    ]);
    const [incident] = bySource('defender.incidents');
    const id = /"id":"(\d+)"/.exec(incident?.json ?? '')?.[1];
    expect(bySource('defender.alerts')).toHaveLength(5);
    expect(bySource('defender.alerts').every(record => record.json.includes(`"incidentId":"${id}"`))).toBe(
      true,
    );
  });

  test('is told twice where two sources tell the same thing', () => {
    expect(at('Consent to application.')).toBeGreaterThan(0);
    expect(at('Add member to role.')).toBeGreaterThan(0);
    const outside = found(world.tenants[0], dropBox).filter(
      record => record.source === 'exchange.message-trace',
    );
    expect(outside.length).toBe(5);
  });

  test('is the same in every world born that day, and leaves the other tenants alone', () => {
    const again = inventWorld({ seed: 9, now: now + 3_600_000 });
    expect(found(again.tenants[0], attackerIp).map(record => record.json)).toEqual(
      told.map(record => record.json),
    );
    expect(found(world.tenants[1], attackerIp)).toEqual([]);
  });
});

describe('the leak at Fabrikam', () => {
  test('is found by its address and its box, and nowhere else', () => {
    const told = found(world.tenants[1], leakIp);
    expect(new Set(told.map(record => record.what))).toEqual(
      new Set(['AnonymousLinkCreated', 'FileDownloaded', 'delivered']),
    );
    expect(told.every(record => record.json.includes('tomas.ferreira@fabrikam.example'))).toBe(true);
    expect(found(world.tenants[1], leakBox).length).toBe(3);
    expect(found(world.tenants[0], leakIp)).toEqual([]);
  });
});
