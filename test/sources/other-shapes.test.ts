import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import { normalizedEventSchema } from '../../shared/model/event.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { sources } from '../../shared/sources/index.generated.ts';

// The same kinds of records in envelopes, tables and older APIs that no source asks for: each is refused with a
// reason, or is near enough to be read, and never becomes an event that says nothing.
const folder = resolve(import.meta.dirname, '../../../shared/data/other-shapes');
const meant: readonly (readonly [prefix: string, source: string, becomes: 'refused' | 'read or refused'])[] =
  [
    ['entra-signins.', 'entra.sign-ins', 'read or refused'],
    ['entra-risk.', 'entra.sign-ins', 'read or refused'],
    ['entra-directory-audits.', 'entra.directory-audits', 'read or refused'],
    ['entra-devices.', 'entra.directory-audits', 'read or refused'],
    ['entra-mfa-registration.', 'entra.mfa-coverage', 'read or refused'],
    ['intune-audit.', 'intune.audit-events', 'read or refused'],
    ['intune-managed-devices.', 'intune.audit-events', 'refused'],
    ['defender-alerts.', 'defender.alerts', 'read or refused'],
    ['exo-message-trace.', 'exchange.message-trace', 'read or refused'],
    ['o365-management-activity.', 'm365.unified-audit', 'read or refused'],
  ];

describe.each(meant)('%s records in other shapes', (prefix, id, becomes) => {
  test(`are ${becomes}, with a field and what was expected of it`, () => {
    if (!existsSync(folder)) {
      process.stdout.write(`${prefix} other shapes: not run, there are none beside the repository\n`);
      return;
    }
    const source = sources.find(one => one.id === id);
    if (source === undefined) throw new Error(`no source ${id}`);
    const readAt = instant(Date.parse('2026-10-05T10:00:00Z'));
    const files = readdirSync(folder).filter(name => name.startsWith(prefix));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const became = new Map<string, number>();
      for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
        if (line.trim() === '') continue;
        const reading = readRecord(source, JSON.parse(line), { domains: [], stream: 'default', readAt });
        if (becomes === 'refused') expect([file, reading.kind]).toEqual([file, 'problem']);
        if (reading.kind === 'event') {
          normalizedEventSchema.parse(reading.event);
          expect(
            reading.event.actor ?? reading.event.targets[0] ?? null,
            `${file}: ${reading.event.summary}`,
          ).not.toBeNull();
        }
        if (reading.kind === 'problem') {
          expect(reading.problem).toMatch(/^[\w.]+: .{8,}/);
          expect(reading.problem).not.toContain('failed on this record');
        }
        const told =
          reading.kind === 'event'
            ? 'read'
            : reading.kind === 'skip'
              ? `passed by: ${reading.reason}`
              : `refused: ${reading.problem}`;
        became.set(told, (became.get(told) ?? 0) + 1);
      }
      for (const [told, count] of became) {
        process.stdout.write(`${file.padEnd(62)} ${id.padEnd(24)} ${String(count).padStart(4)} ${told}\n`);
      }
    }
  });
});

test('every file of other shapes is tried', () => {
  if (!existsSync(folder)) return;
  const untried = readdirSync(folder).filter(name => !meant.some(([prefix]) => name.startsWith(prefix)));
  expect(untried).toEqual([]);
});
