import { expect, test } from 'vitest';
import { demoSettings } from '../../shared/host/demo-settings.ts';

const memoryOf = (id: string, remembersDays: number): number | null | undefined => {
  const tenant = {
    id: 'c0590000-0000-4000-8000-00000000c0de',
    name: 'Corpus',
    domains: ['corpus.example'],
    sources: [{ id, remembersDays }],
    clientId: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
    clientSecret: 'of nobody',
    mimecast: null,
  };
  return demoSettings({}, 'http://127.0.0.1:1', [tenant]).tenants[0]?.connections[0]?.remembersDays;
};

test('records older than a source usually remembers are asked for, not only those of more than 90 days', () => {
  expect(memoryOf('entra.sign-ins', 77)).toBe(77);
  expect(memoryOf('entra.directory-audits', 61)).toBe(61);
  expect(memoryOf('exchange.message-trace', 400)).toBe(400);
});

test('where the provider remembers as long as usual, the source’s own margin stays', () => {
  expect(memoryOf('entra.sign-ins', 30)).toBeNull();
  expect(memoryOf('m365.unified-audit', 7)).toBeNull();
  expect(memoryOf('exchange.message-trace', 90)).toBeNull();
  expect(memoryOf('intune.audit-events', 365)).toBeNull();
  expect(memoryOf('entra.role-assignments', 0)).toBeNull();
});
