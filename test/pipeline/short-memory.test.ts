import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { days, hours, minutes } from '../../shared/kernel/time.ts';
import type { Cursor } from '../../shared/model/cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { graphWorld } from '../faults/graph-streams.ts';
import { expectSealed, whatIsKept } from '../support/kept.ts';
import { openLife, openStage, wideBudget, type StageOptions } from '../support/rig.ts';
import { contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const quarters = 12 * 4;

/** A stream whose provider remembers so many days, whatever its settings say. */
async function openShort(
  source: string,
  stream: string,
  memory: () => number,
  connection: StageOptions['connection'] = {},
) {
  const small = smallWorld(graphWorld);
  const tenants = small.tenants.map(tenant => ({ ...tenant, remembersDays: memory }));
  const stage = await openStage({ world: { ...small, tenants }, connection });
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(
    ({ ref }) => ref.source === source && ref.stream === stream,
  );
  if (target === undefined) throw new Error('no such stream');
  const cursor = async () => (await life.deps.cursors.load(target.scope, target.ref))?.value;
  return { stage, life, target, cursor };
}

// Each asks further back than this provider remembers, as it would of a customer without a licence, or whose settings say
// too much; and later, with an overlap or a re-read, once more.
it.each([
  ['entra.directory-audits', 'default', 'graph.directoryAudits', 7],
  ['entra.sign-ins', 'interactive', 'graph.signIns', 15],
  ['exchange.message-trace', 'default', 'graph.messageTraces', 10],
  ['m365.unified-audit', 'Audit.SharePoint', 'management.content', 7],
  ['mimecast.message-tracking', 'default', 'mimecast.messageTracking', 30],
  ['mimecast.audit-events', 'default', 'mimecast.auditEvents', 60],
])(
  '%s goes on where its provider remembers less than it is asked for',
  async (source, stream, route, memory) => {
    const { stage, life, target, cursor } = await openShort(source, stream, () => memory, {
      remembersDays: 90,
    });
    try {
      for (let quarter = 0; quarter < quarters; quarter += 1) {
        await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
        expect(await cursor()).toMatchObject({ failures: null, open: null });
        stage.clock.advance(hours(6));
      }
      const now = await cursor();
      // What was forgotten before we came, and no more.
      expect(now?.gaps.map(({ reason }) => reason)).toEqual(['older-than-provider-memory']);
      expect(Math.abs((now?.gaps[0]?.to ?? 0) - (smallWorldNow - memory * 86_400_000))).toBeLessThan(
        hours(25),
      );
      expect(stage.clock.now() - (now?.committedTo ?? 0)).toBeLessThan(hours(13));
      const { records } = await whatIsKept(life.profile, target);
      expect(records.length).toBeGreaterThan(2);
      await expectSealed(life.profile, target);
      const { counts } = stage.simulator.control.requests();
      process.stdout.write(`${source}: ${JSON.stringify(counts[route]?.[contosoId])}\n`);
    } finally {
      await life.end();
    }
  },
);

it('a sign-in filter that Graph calls invalid for the last days too is no matter of age', async () => {
  const { stage, life, target, cursor } = await openShort('entra.sign-ins', 'interactive', () => 2);
  try {
    const run = pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
    await expect(run).rejects.toMatchObject({
      code: 'provider.rejected',
      facts: { reason: 'invalid-filter' },
    });
    expect(await cursor()).toMatchObject({ gaps: [], failures: { code: 'provider.rejected', count: 1 } });
    expect(stage.simulator.control.requests().counts['graph.signIns']?.[contosoId]?.['400']).toBeLessThan(5);
  } finally {
    await life.end();
  }
});

// What Mimecast answers there is documented nowhere. Where it refuses, it does not say from when on it would not.
it.each([
  ['mimecast.ttp-url', 20],
  ['mimecast.ttp-impersonation', 59.9],
  ['mimecast.archive-searches', 3],
  ['mimecast.dlp', 0.5],
])('%s keeps what is in reach where it turns out that it goes back %d days', async (source, memory) => {
  const { stage, life, target, cursor } = await openShort(source, 'default', () => memory);
  stage.simulator.control.setTenant(contosoId, { mimecastForgotten: 'refused' });
  try {
    for (let quarter = 0; quarter < quarters; quarter += 1) {
      await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
      expect(await cursor()).toMatchObject({ failures: null, open: null });
      stage.clock.advance(hours(6));
    }
    const now = await cursor();
    const edge = smallWorldNow - memory * 86_400_000;
    const [gap, ...more] = now?.gaps ?? [];
    expect({ reason: gap?.reason, more }).toEqual({ reason: 'older-than-provider-memory', more: [] });
    expect((gap?.to ?? 0) - edge).toBeGreaterThanOrEqual(0);
    expect((gap?.to ?? 0) - edge).toBeLessThanOrEqual(hours(1.1));
    expect(stage.clock.now() - (now?.committedTo ?? 0)).toBeLessThan(hours(13));
    await expectSealed(life.profile, target);
  } finally {
    await life.end();
  }
});

it('asks for more again when the provider has come to remember more', async () => {
  let memory = 3;
  const { stage, life, target, cursor } = await openShort('entra.directory-audits', 'default', () => memory);
  try {
    /** How long ago the beginning is of what still needs the re-read of the greatest age. */
    const unread = async (): Promise<number> => {
      for (let quarter = 0; quarter < 4 * 10; quarter += 1) {
        await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
        stage.clock.advance(hours(6));
      }
      const now = await cursor();
      expect(now).toMatchObject({ failures: null, open: null });
      return stage.clock.now() - (now?.rereadTo.at(-1) ?? 0);
    };
    expect(await unread()).toBeGreaterThan(days(10));
    memory = 30;
    expect(await unread()).toBeLessThan(days(10));
  } finally {
    await life.end();
  }
});

// Sources whose providers say how far they remember: from midnight on, and to the moment.
it.each([
  ['entra.directory-audits', 'default'],
  ['m365.unified-audit', 'Audit.SharePoint'],
])(
  '%s has a gap of what its provider forgot meanwhile, though it knew that it remembers little',
  async (source, stream) => {
    const { stage, life, target, cursor } = await openShort(source, stream, () => 7, { remembersDays: 90 });
    try {
      // Only the first request, which is refused: then the process is off for some days, in the middle of what it had to
      // catch up with.
      const once = { trigger: 'timer', budget: { ...wideBudget, time: minutes(0) } } as const;
      while ((await cursor())?.remembers === undefined) await pull(life.deps, target, once);
      const before = await cursor();
      stage.clock.advance(days(3));
      await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
      const after = await cursor();
      const floor = stage.clock.now() - days(7);
      expect(after).toMatchObject({ failures: null, open: null });
      expect(after?.gaps).toMatchObject([{ reason: 'older-than-provider-memory' }]);
      expect(after?.gaps[0]?.from).toBe(before?.gaps[0]?.from);
      expect(Math.abs((after?.gaps[0]?.to ?? 0) - floor)).toBeLessThan(hours(25));
      expect(coverageOf(after as Cursor).covered.at(-1)?.from).toBe(after?.gaps[0]?.to);
    } finally {
      await life.end();
    }
  },
);
