import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { sources } from '../../shared/sources/index.generated.ts';

// The same kinds of records in envelopes and tables that Graph does not send: they must not become wrong events.
const folder = resolve(import.meta.dirname, '../../../shared/data/other-shapes');
const meant: readonly (readonly [prefix: string, source: string])[] = [
  ['entra-signins.', 'entra.sign-ins'],
  ['entra-directory-audits.', 'entra.directory-audits'],
  ['intune-audit.', 'intune.audit-events'],
  ['defender-alerts.', 'defender.alerts'],
];

describe.each(meant)('%s records in other shapes', (prefix, id) => {
  test('are refused with a field and what was expected of it', () => {
    if (!existsSync(folder)) {
      process.stdout.write(`${id}: other shapes not run, there are none beside the repository\n`);
      return;
    }
    const source = sources.find(one => one.id === id);
    if (source === undefined) throw new Error(`no source ${id}`);
    const files = readdirSync(folder).filter(name => name.startsWith(prefix));
    expect(files.length).toBeGreaterThan(0);
    const reasons = new Map<string, number>();
    for (const file of files) {
      for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
        if (line.trim() === '') continue;
        const reading = readRecord(source, JSON.parse(line), { domains: [], stream: 'default' });
        expect([file, reading.kind]).toEqual([file, 'problem']);
        const why = reading.kind === 'problem' ? reading.problem : '';
        expect(why).toMatch(/^[\w.]+: .{8,}/);
        expect(why).not.toContain('failed on this record');
        reasons.set(why, (reasons.get(why) ?? 0) + 1);
      }
    }
    for (const [why, count] of reasons) process.stdout.write(`${id}: ${count} refused: ${why}\n`);
  });
});
