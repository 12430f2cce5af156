import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordsTenant } from '../../simulator/world/records-folder.ts';
import { mimecastLogs } from '../../simulator/world/world.ts';
import { days, minus } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { memoryFloor } from '../../shared/pipeline/provider-memory.ts';
import { policyFor } from '../../shared/pipeline/policy-for.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed } from '../support/kept.ts';
import { openLife, openStage, pullToRest, type Life } from '../support/rig.ts';
import { smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const pulled = [
  'defender.alerts', 'defender.incidents', 'entra.conditional-access', 'entra.directory-audits', 'entra.mfa-coverage',
  'entra.role-assignments', 'entra.sign-ins', 'exchange.message-trace', 'intune.audit-events', 'm365.unified-audit',
  ...mimecastLogs.map(log => `mimecast.${log}`), 'mimecast.siem',
]; // prettier-ignore
const shared = resolve(import.meta.dirname, '../../../shared/data/records');

async function linesOf(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const source of pulled) {
    const path = join(folder, source);
    if (!existsSync(path)) continue;
    for (const file of await readdir(path)) {
      const text = await readFile(join(path, file), 'utf8');
      lines.push(...text.split(/\r?\n/).filter(line => line.trim() !== ''));
    }
  }
  return lines;
}

/** The bytes of every record the stores lead to: every revision's, and every quarantined one's. */
async function recordsKept(life: Life, targets: readonly PullTarget[]): Promise<Map<string, string>> {
  const kept = new Map<string, string>();
  const [first] = targets;
  if (first === undefined) return kept;
  const { archive, events } = life.profile;
  const bytesAt = async (source: string, raw: { key: string; index: number }): Promise<string> => {
    const object = await archive.get(first.scope, raw.key);
    const of = targets.find(target => target.ref.source === source);
    return Buffer.from(of?.source.recordBytes(object?.bytes ?? new Uint8Array(), raw.index) ?? []).toString();
  };
  for (let after: string | null = null; ;) {
    const { changes, next } = await events.changes([first.scope], after, 1_000);
    for (const { event } of changes) kept.set(await bytesAt(event.source, event.raw), 'stored');
    if (changes.length === 0) break;
    after = next;
  }
  for (const record of (await events.quarantined(first.scope, null, 1_000)).records) {
    expect(record.problem).not.toBe('');
    kept.set(await bytesAt(record.source, record.raw), 'quarantined');
  }
  // Of things that say the same twice a snapshot tells one; both are in its pages.
  for (const { source, scope } of targets.filter(target => target.source.pull.kind === 'snapshot')) {
    for await (const { key } of archive.list(scope, `${source.id}/`)) {
      if (!key.includes('/page-')) continue;
      const bytes = (await archive.get(scope, key))?.bytes ?? new Uint8Array();
      for (const index of Array.from(source.split(bytes)).keys()) {
        const text = Buffer.from(source.recordBytes(bytes, index)).toString();
        if (!kept.has(text)) kept.set(text, 'in raw');
      }
    }
  }
  return kept;
}

/** Pulls the folder as the tenant `corpus`, twice; says what became of each of its lines. */
async function pullFolder(folder: string): Promise<{ lines: string[]; kept: Map<string, string> }> {
  const { tenant } = recordsTenant(folder, smallWorldNow);
  const stage = await openStage({ world: { seed: 1, tenants: [tenant] } });
  const life = await openLife(stage, await tempFolder());
  try {
    const targets = await life.targets(tenant.id);
    for (const target of targets) await pullToRest(life, target, stage.clock);
    const kept = await recordsKept(life, targets);
    const counts = await life.profile.events.counts(targets[0]?.scope ?? fail());
    for (const target of targets) {
      await expectSealed(life.profile, target);
      // A range can be asked for again only where there are ranges.
      if (target.source.pull.kind !== 'window') continue;
      const policy = policyFor(target);
      const window = {
        from: memoryFloor(policy, stage.clock.now()),
        to: minus(stage.clock.now(), policy.lag),
      };
      await requestPull(life.deps, target, window, 'again' as OperationId);
      await pullToRest(life, target, stage.clock);
    }
    stage.clock.advance(days(2));
    for (const target of targets) await pullToRest(life, target, stage.clock);
    expect(await life.profile.events.counts(targets[0]?.scope ?? fail())).toEqual(counts);
    return { lines: await linesOf(folder), kept };
  } finally {
    await life.end();
  }
}

function fail(): never {
  throw new Error('the corpus has no stream');
}

describe('records from a folder', () => {
  it('of our own, odd ones among them, are stored or quarantined, byte for byte, and pulled again change nothing', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'entra.directory-audits'));
    await mkdir(join(folder, 'm365.unified-audit'));
    await mkdir(join(folder, 'entra.conditional-access'));
    const audits = [
      '{ "id" : "a-1",  "activityDateTime":"2026-09-30T08:00:00.1234567Z", "activityDisplayName":"Add user", "result":"success" }',
      '{"id":"a-2","activityDateTime":"2019-03-01 10:00:00","activityDisplayName":"Über \\u00fcber","big":12345678901234567890}',
      '{"id":"a-3","activityDisplayName":"no time at all"}',
      '{"id":"a-4","activityDateTime":"the day before","activityDisplayName":"unreadable time"}',
      // JSON nested so deep that whatever calls itself over it overflows the stack.
      `{"id":"a-5","activityDateTime":"2026-09-30T09:00:00Z","activityDisplayName":"Add user","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `{"activityDateTime":"2026-09-30T09:01:00Z","activityDisplayName":"no id","targetResources":${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`,
    ];
    const activities = [
      '{"CreationTime":"2026-10-01T09:00:00","Id":"u-1","Operation":"FileDownloaded","RecordType":6,"UserId":"mira.holt@contoso.example"}',
      '{"Id":"u-2","Operation":"Nothing known","RecordType":999}',
    ];
    await writeFile(join(folder, 'entra.directory-audits', 'own.ndjson'), `${audits.join('\n')}\n`);
    await writeFile(join(folder, 'm365.unified-audit', 'own.ndjson'), `${activities.join('\r\n')}\r\n`);
    const policies = [
      `{"id":"p-2","displayName":"deep","conditions":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
      '{"id":"p-1", "displayName":"MFA", "state":"enabled"}',
      '{"state":"enabled","conditions":{}}',
      '{"id":"p-1", "displayName":"MFA", "state":"disabled"}',
    ];
    await writeFile(join(folder, 'entra.conditional-access', 'own.ndjson'), `${policies.join('\n')}\n`);
    const { lines, kept } = await pullFolder(folder);
    expect(lines).toHaveLength(12);
    expect(lines.map(line => kept.get(line))).toEqual([
      'stored',
      'stored',
      'quarantined',
      'stored',
      'stored',
      'stored',
      'quarantined',
      'quarantined',
      'stored',
      'stored',
      'stored',
      'quarantined',
    ]);
  });

  it('that other people made are all stored or quarantined, byte for byte, and pulled again change nothing', async () => {
    if (!existsSync(shared)) {
      process.stdout.write('records that other people made: not run, ../shared/data/records is absent\n');
      return;
    }
    const { lines, kept } = await pullFolder(shared);
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.filter(line => !kept.has(line))).toEqual([]);
  });
});
