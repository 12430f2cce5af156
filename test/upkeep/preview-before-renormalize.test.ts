import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guidOf } from '../../simulator/seeded.ts';
import { days, hours, isoInstant, minutes } from '../../shared/kernel/time.ts';
import { withMappings, type Mappings } from '../../shared/mappings/mappings.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import type { Operation } from '../../shared/model/run.ts';
import { previewMapping, type MappingPreview } from '../../shared/pipeline/preview-mapping.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { newRenormalize, renormalizeStateOf } from '../../shared/pipeline/renormalize-state.ts';
import { renormalize } from '../../shared/pipeline/renormalize.ts';
import { withKnownNames } from '../../shared/pipeline/resolve-names.ts';
import { Problem, type Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import { fiveThings, stateWorld } from '../support/state-world.ts';
import { mappingsFrom } from '../support/mappings-from.ts';
import { tempFolder } from '../support/temp-folder.ts';

const snapshots = ['entra.role-assignments', 'entra.conditional-access', 'entra.mfa-coverage'];
const pulled = [...snapshots, 'entra.directory-audits', 'exchange.message-trace'];

const old = mappingsFrom(`sources:
  entra.conditional-access: { Conditional access policy changed: { category: other } }
  entra.mfa-coverage: { '*': { summary: 'Registration of {user}: {operation}' } }
  entra.directory-audits: { '*': { summary: '{actor} did {operation}' } }`);
/** Drops rules, so that the source's own sentence comes back, changes some and adds some. */
const changed = mappingsFrom(`categories: { policy: Access rules }
sources:
  entra.conditional-access:
    '*': { summary: '{policy} is told of[, with {user}][: {reason}]' }
  entra.role-assignments:
    Role assignment added: { category: security }
    '*': { summary: '{operation}: {user} as {role}' }
  entra.mfa-coverage: { MFA registration removed: { category: other } }
  entra.directory-audits: { Add member to role: { summary: '{actor} gave a role to {user}' } }`);

/** From `at` minutes on a policy lets Mira alone in, a role has gone, another has come, and a person has other methods. */
const state = fiveThings((list, things, asOf) => {
  if (asOf < smallWorldNow + minutes(5)) return things;
  const [first, ...others] = things;
  const { users, ...more } = { users: { includeUsers: ['All'], excludeUsers: [guidOf('mira')] } };
  if (list === 'conditionalAccessPolicies') return [{ ...first, ...more, conditions: { users } }, ...others];
  if (list === 'roleAssignments')
    return [...others, { ...first, id: 'another', roleDefinitionId: guidOf('role/owner') }];
  if (list === 'userRegistrationDetails') return [{ ...first, isMfaRegistered: false }, ...others.slice(1)];
  return things;
});

interface House {
  readonly stage: Stage;
  readonly life: Life;
  readonly folder: string;
  readonly target: PullTarget;
}

/** Contoso, read three times under the old file, as a tenant's data stands in the stores. */
async function house(): Promise<House> {
  const stage = await openStage({ world: stateWorld(state) });
  const folder = await tempFolder();
  const life = await openLife(stage, folder);
  const targets = (await life.targets(contosoId)).filter(one => pulled.includes(one.ref.source));
  for (const target of targets) {
    const under = { ...target, source: withMappings(target.source, old) };
    if (!snapshots.includes(target.ref.source)) await pullToRest(life, under, stage.clock);
    else await pull(life.deps, under, { trigger: 'timer', budget: wideBudget });
  }
  for (const later of [minutes(10), hours(2)]) {
    stage.clock.advance(later);
    for (const target of targets.filter(one => snapshots.includes(one.ref.source))) {
      const under = { ...target, source: withMappings(target.source, old) };
      await pull(life.deps, under, { trigger: 'timer', budget: wideBudget });
    }
  }
  const [target] = targets;
  if (target === undefined) throw new Error('no target');
  // A name that the directory has told since.
  const at = stage.clock.now();
  const oskar = { id: guidOf('oskar'), kind: 'user', name: 'Oskar Lind', address: null, at } as const;
  await life.profile.names.learn(target.scope, [oskar]);
  await projectIndex(life.profile.events, life.profile.index);
  return { stage, life, folder, target };
}

const previewed = (
  { life, stage, target }: House,
  next: Mappings,
  of: readonly Source[] = sources,
): Promise<MappingPreview> =>
  previewMapping(
    { ...life.profile, clock: stage.clock, sources: of, mappings: old },
    { scopes: [target.scope], changed: next, window: null, limit: 10_000, sample: 1_000 },
  );

async function renormalized(
  { life, stage, target }: House,
  next: Mappings,
  of: readonly Source[] = sources,
): Promise<NonNullable<ReturnType<typeof renormalizeStateOf>>> {
  const since = isoInstant(stage.clock.now());
  const operation: Operation = {
    id: 'op-1', tenant: contosoId, kind: 'renormalize', status: 'NotStarted', percentComplete: 0, createdAt: since,
    updatedAt: since, createdBy: 'x', error: null,
    result: { ...newRenormalize({ dryRun: false, source: null, all: false, since }) },
  }; // prettier-ignore
  await life.profile.operations.swap(target.scope, null, operation);
  const deps = {
    ...life.profile,
    clock: stage.clock,
    sources: of.map(source => withMappings(source, next)),
    named: withKnownNames(life.profile.names, id => next.rulesOf(id)),
  };
  await renormalize(deps, target, 'op-1' as OperationId, wideBudget);
  const found = await life.profile.operations.get(target.scope, 'op-1' as OperationId);
  const state = found === null ? null : renormalizeStateOf(found.value);
  if (state?.phase !== 'done') throw new Error('not done');
  return state;
}

async function eventsOf({ life, target }: House): Promise<StoredEvent[]> {
  const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
  return changes.map(({ event }) => event);
}
const read = (event: Pick<StoredEvent, 'category' | 'summary'> | undefined): string =>
  `${event?.category ?? ''}: ${event?.summary ?? ''}`;

/** What the preview says is what renormalizing then does; what it stored before and after. */
async function expectTold(at: House, of: readonly Source[] = sources): Promise<MappingPreview> {
  const before = await eventsOf(at);
  const preview = await previewed(at, changed, of);
  expect(await eventsOf(at)).toEqual(before);
  const { counts } = await renormalized(at, changed, of);
  const after = new Map<string, StoredEvent>((await eventsOf(at)).map(event => [event.id, event]));
  const others = before.filter(event => read(event) !== read(after.get(event.id)));
  expect(preview).toMatchObject({ examined: before.length, changed: others.length, outdated: 0 });
  const { refused, rawGone, readingGone, rawDamaged } = counts;
  expect(preview.kept).toEqual({ refused, rawGone, readingGone, rawDamaged, sourceGone: 0 });
  for (const { id, before: was, after: is } of preview.sample) {
    expect(read(was)).toBe(read(before.find(event => event.id === id)));
    expect(read(is)).toBe(read(after.get(id)));
  }
  return preview;
}

describe('the preview of a changed mapping file', () => {
  test('tells what renormalizing under it does, for differences of snapshots as for records', async () => {
    const at = await house();
    const preview = await expectTold(at);
    expect(preview.unreadable).toBe(0);
    const told = preview.sample.map(({ operation, before, after }) => [operation, read(before), read(after)]);
    const operations = new Set(told.map(([operation]) => operation));
    for (const word of [
      'Conditional access policy found', 'Conditional access policy changed', 'Role assignment added', 'Role assignment removed',
      'MFA registration found', 'MFA registration changed', 'MFA registration removed', 'Add member to role',
    ]) expect(operations).toContain(word); // prettier-ignore
    // The source's own sentence of a difference comes back, and a name that was told since is in a new one.
    const own = told.find(([operation]) => operation === 'MFA registration changed')?.[2];
    expect(own).toMatch(/isMfaRegistered: true → false$/);
    expect(told.find(([operation]) => operation === 'Conditional access policy changed')?.[2]).toMatch(
      /^policy: Policy a is told of, with Oskar Lind/,
    );
    expect(preview.sources.map(row => [row.source, row.examined >= row.changed && row.changed > 0])).toEqual(
      expect.arrayContaining(snapshots.map(source => [source, true])),
    );
    // A source that neither file speaks of is as it was.
    expect(preview.sources.find(row => row.source === 'exchange.message-trace')).toMatchObject({
      changed: 0,
      unreadable: 0,
    });
    await at.life.end();
  });

  test('says how many differences stay because retention has taken a reading, or the record', async () => {
    const at = await house();
    const { archive } = at.life.profile;
    const keys: string[] = [];
    for await (const { key } of archive.list(at.target.scope, 'entra.')) keys.push(key);
    at.stage.clock.advance(days(3_000));
    const manifest = keys.find(
      key => key.startsWith('entra.conditional-access') && key.includes('/manifest-'),
    );
    const page = keys.find(key => key.startsWith('entra.mfa-coverage') && !key.includes('/manifest-'));
    for (const key of [manifest, page])
      await archive.remove(at.target.scope, key ?? '', at.stage.clock.now());
    const { kept } = await expectTold(at);
    expect(kept.readingGone).toBeGreaterThan(0);
    expect(kept.rawGone).toBeGreaterThan(0);
    await at.life.end();
  });

  test('and renormalizing both go on past an object that lies damaged, and say how many events it costs', async () => {
    const at = await house();
    const old = await eventsOf(at);
    const damaged = ['entra.directory-audits', 'entra.mfa-coverage'];
    for (const source of damaged) await damagePages(at.folder, source);
    const { kept, unreadable } = await expectTold(at);
    expect(kept.rawDamaged).toBe(old.filter(event => damaged.includes(event.source)).length);
    expect(unreadable).toBe(kept.rawDamaged);
    await at.life.end();
  });

  test('says how many a stricter source refuses, and how many have no source any more', async () => {
    const at = await house();
    const strict = sources.map((source): Source => {
      if (source.id !== 'entra.role-assignments') return source;
      return {
        ...source,
        normalize() {
          throw new Problem('principal: expected one');
        },
      };
    });
    const { kept } = await expectTold(at, strict);
    expect(kept.refused).toBeGreaterThan(0);
    const without = sources.filter(source => source.id !== 'exchange.message-trace');
    const traces = (await eventsOf(at)).filter(event => event.source === 'exchange.message-trace').length;
    expect((await previewed(at, changed, without)).kept.sourceGone).toBe(traces);
    await at.life.end();
  });

  test('says how many events an earlier mapping made, whose change is not all the file’s', async () => {
    const at = await house();
    const raised = sources.map(source =>
      source.id === 'entra.mfa-coverage' ? { ...source, mapping: source.mapping + 1 } : source,
    );
    const preview = await previewed(at, old, raised);
    const registrations = (await eventsOf(at)).filter(event => event.source === 'entra.mfa-coverage').length;
    expect(preview).toMatchObject({ outdated: registrations, changed: 0, unreadable: 0 });
    await at.life.end();
  });
});

/** One byte of each archived page of a source is another. */
async function damagePages(folder: string, source: string): Promise<void> {
  const entries = await readdir(join(folder, 'raw'), { recursive: true, withFileTypes: true });
  const pages = entries.filter(
    one => one.isFile() && one.parentPath.includes(source) && !one.name.startsWith('manifest'),
  );
  expect(pages.length).toBeGreaterThan(0);
  for (const { parentPath, name } of pages) {
    const path = join(parentPath, name);
    const bytes = await readFile(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 0xff;
    await chmod(path, 0o600);
    await writeFile(path, bytes);
  }
}
