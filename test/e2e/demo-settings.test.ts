import { expect, test } from 'vitest';
import { demoSettings, noLongerPlayed, type DemoTenant } from '../../shared/host/demo-settings.ts';
import type { Tenant } from '../../shared/model/tenant.ts';

const corpus = (id: string, remembersDays: number): DemoTenant => ({
  id: 'c0590000-0000-4000-8000-00000000c0de',
  name: 'Corpus',
  domains: ['corpus.example'],
  sources: [{ id, remembersDays }],
  clientId: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
  clientSecret: 'of nobody',
  mimecast: null,
});
const tenantsOf = (...played: readonly DemoTenant[]): readonly Tenant[] =>
  demoSettings({}, 'http://127.0.0.1:1', played).tenants;
const memoryOf = (id: string, remembersDays: number): number | null | undefined =>
  tenantsOf(corpus(id, remembersDays))[0]?.connections[0]?.remembersDays;

test('records older than a source usually remembers are asked for, not only those of more than 90 days', () => {
  expect(memoryOf('entra.sign-ins', 77)).toBe(77);
  expect(memoryOf('entra.directory-audits', 61)).toBe(61);
  expect(memoryOf('exchange.message-trace', 400)).toBe(400);
  expect(memoryOf('entra.directory-audits', 31)).toBe(31);
  expect(memoryOf('mimecast.audit-events', 61)).toBe(61);
});

test('where the provider remembers as long as usual, the source’s own margin stays', () => {
  expect(memoryOf('entra.sign-ins', 30)).toBeNull();
  expect(memoryOf('m365.unified-audit', 7)).toBeNull();
  expect(memoryOf('mimecast.message-tracking', 30)).toBeNull();
  expect(memoryOf('exchange.message-trace', 90)).toBeNull();
  expect(memoryOf('intune.audit-events', 365)).toBeNull();
  expect(memoryOf('entra.role-assignments', 0)).toBeNull();
});

test('whom the simulator no longer plays is retired, and active again when it does', () => {
  const given = corpus('entra.sign-ins', 30);
  const invented = { ...given, id: 'c0a10000-0000-4000-8000-00000000c001', name: 'Contoso' };
  const before: unknown = JSON.parse(JSON.stringify(tenantsOf(invented, given)));
  const left = noLongerPlayed(before, tenantsOf(invented));
  expect(left.map(({ name, state }) => [name, state])).toEqual([['Corpus', 'retired']]);
  expect(noLongerPlayed(left, tenantsOf(invented))).toEqual(left);
  expect(noLongerPlayed(left, tenantsOf(invented, given))).toEqual([]);
  expect(noLongerPlayed(null, tenantsOf(invented))).toEqual([]);
  expect(noLongerPlayed([{ id: 'of an older form' }], tenantsOf(invented))).toEqual([]);
});
