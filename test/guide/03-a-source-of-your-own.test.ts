import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { tenantSchema } from '../../shared/model/tenant.ts';
import type { HttpClient } from '../../shared/ports/http-client.ts';
import { passedOver } from '../house/source-tree.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import type * as rig from '../support/rig.ts';
import type * as kept from '../support/kept.ts';
import type * as pulling from '../../shared/pipeline/pull.ts';
import type * as projecting from '../../shared/pipeline/project-index.ts';
import type * as parsing from '../../shared/query/parse.ts';
import { acmeDoorLog } from './acme.door-log/source.ts';

/*
 * Chapter 3. A source of your own.
 *
 * "Adding a source" in CONTRIBUTING.md, by the letter, for a provider that does not exist: Acme, whose doors write
 * down every badge. It happens in a copy of this tree. The files somebody would write are beside this chapter, in
 * acme.door-log/: a declaration, a schema, a mapping, its page, and fixtures. Nothing else is edited.
 */
const root = resolve(import.meta.dirname, '../..');
const ours = join(import.meta.dirname, 'acme.door-log');
const folder = 'shared/sources/acme.door-log';

test('a source of your own is a folder, pulled, kept and proved like any other', async () => {
  const tree = await copyOfTheTree();
  const before = await filesOf(tree);

  // 1. A folder to begin from. It would do for a list of Graph's with ids and times; ours differs a little.
  await npm(tree, 'new-source', 'acme.door-log');
  const begun = Object.keys(await filesOf(join(tree, folder)));
  expect(begun).toEqual(expect.arrayContaining(['source.ts', 'schema.ts', 'normalize.ts', 'mapping.md']));

  // 2. Fill it in.
  await rm(join(tree, folder), { recursive: true });
  await cp(ours, join(tree, folder), { recursive: true });
  await atHome(join(tree, folder));

  // 3. What is derived: the registry and the page of sources, then the goldens. Read these; they are the review.
  await npm(tree, 'gen');
  await npm(tree, 'golden');
  const golden = await readFile(join(tree, folder, 'fixtures/swipes.events.json'), 'utf8');
  expect(JSON.parse(golden)).toMatchObject([
    { identity: ['s-1'], event: { summary: 'Badge by b-17 on Archive', outcome: 'success' } },
    { identity: ['s-2'], event: { outcome: 'failure', reason: 'Badge is blocked' } },
    // A door that says "jammed" where yes or no is expected is no error.
    { identity: ['s-3'], event: { outcome: 'unknown' } },
  ]);

  // 4. `npm test`; here only the part of it that is about this source. Every check of sources, and every fault of
  // the catalogue, runs over the new folder unasked.
  const tests = ['test/sources/sources.test.ts', 'test/faults/every-source.test.ts'];
  const says = await run(tree, 'npx', ['vitest', 'run', ...tests, '-t', 'acme.door-log']);
  expect(Number(/Tests\s+(\d+) passed/.exec(says)?.[1])).toBeGreaterThan(30);

  // Nothing else was edited: beside its folder only what `npm run gen` writes is another.
  const after = await filesOf(tree);
  const touched = Object.keys(after).filter(path => after[path] !== before[path]);
  expect(touched.filter(path => !path.startsWith(`${folder}/`)).sort()).toEqual([
    'docs/sources.md',
    'shared/sources/index.generated.ts',
  ]);

  // A customer gets a connection to it, and from now on it is pulled, kept, proved and found.
  await isPulled(tree);

  // Delete the folder, and the source is gone.
  await rm(join(tree, folder), { recursive: true });
  await npm(tree, 'gen');
  expect(await filesOf(tree)).toEqual(before);
});

/** What the made-up provider has just now. The third swipe has a time that is none. */
const swipe = (id: string, at: string, badge: string, opened: boolean): object => ({
  swipe: id,
  at,
  badge,
  door: 'Archive',
  opened,
});
const answers = [
  {
    value: [
      swipe('s-1', '2026-10-05T08:00:00Z', 'b-17', true),
      swipe('s-2', '2026-10-05T08:05:00Z', 'b-17', true),
    ],
    '@odata.nextLink': 'https://graph.microsoft.com/v1.0/doors/swipes?page=2',
  },
  {
    value: [
      swipe('s-3', 'five past eight', 'b-17', true),
      swipe('s-4', '2026-10-05T08:10:00Z', 'b-99', false),
    ],
  },
];
const doors: HttpClient = {
  send(request) {
    const body = JSON.stringify(answers[request.origin === 'response' ? 1 : 0]);
    return Promise.resolve({ status: 200, headers: {}, bytes: Buffer.from(body) });
  },
};

async function isPulled(tree: string): Promise<void> {
  // The product as it is in the copy, with the source in its registry.
  const from = (path: string): Promise<unknown> => import(pathToFileURL(join(tree, path)).href);
  const { openLife, openStage, wideBudget } = (await from('test/support/rig.ts')) as typeof rig;
  const { expectSealed } = (await from('test/support/kept.ts')) as typeof kept;
  const { pull } = (await from('shared/pipeline/pull.ts')) as typeof pulling;
  const { projectIndex } = (await from('shared/pipeline/project-index.ts')) as typeof projecting;
  const { parseQuery } = (await from('shared/query/parse.ts')) as typeof parsing;
  const stage = await openStage({ world: smallWorld() });
  const life = await openLife(stage, await tempFolder());
  const { profile } = life;

  // That is all the administration there is.
  const connection = {
    source: acmeDoorLog.id,
    enabled: true,
    config: {},
    remembersDays: 0.9,
    everySeconds: 86_400,
  };
  const contoso = stage.tenants.find(tenant => tenant.id === contosoId);
  const tenant = tenantSchema.parse({ ...contoso, connections: [connection] });
  const known = await profile.tenants.get(tenant.id);
  await profile.tenants.swap(known?.rev ?? null, tenant);
  const [stream] = await life.targets(contosoId);
  if (stream === undefined) throw new Error('the registry knows the new source');

  const request = { trigger: 'timer', budget: wideBudget } as const;
  const { counts } = await pull({ ...life.deps, http: () => doors }, stream, request);

  // Four records: three events, and one kept in quarantine until its mapping is mended.
  expect(counts).toMatchObject({ pages: 2, seen: 4, inserted: 3, quarantined: 1 });
  const { records } = await profile.events.quarantined(stream.scope, null, 10);
  expect(records.map(one => one.problem)).toEqual(['at: not a time in any form known']);

  // The books of its stream balance: every window sealed, every object of every manifest there.
  await expectSealed(profile, stream);

  // And whoever searches finds it.
  await projectIndex(profile.events, profile.index);
  const page = await profile.index.search([stream.scope], {
    node: parseQuery('source:acme.door-log outcome:failure'), window: null, order: 'newest', limit: 10, after: null,
    facets: [], facetLimit: 1, interval: null,
  }); // prettier-ignore
  expect(page.hits).toHaveLength(1);
  const [hit] = page.hits;
  const found = hit === undefined ? null : await profile.events.get(stream.scope, hit.id);
  expect(found).toMatchObject({
    source: 'acme.door-log',
    actor: { id: 'b-99' },
    targets: [{ name: 'Archive' }],
  });
  await life.end();
}

/** This tree, without what is built or written at run time: others may be at it just now. */
async function copyOfTheTree(): Promise<string> {
  const tree = await tempFolder();
  for (const name of await readdir(root)) {
    if (passedOver.has(name) || (name.startsWith('.') && !name.endsWith('rc') && !name.endsWith('.json')))
      continue;
    await cp(join(root, name), join(tree, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** Every file below a folder, by path. */
async function filesOf(below: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(below, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[relative(below, path)] = await readFile(path, 'latin1');
  }
  return files;
}

/** Beside this chapter the kit is further away than it is from a folder of sources. */
async function atHome(below: string): Promise<void> {
  for (const name of (await readdir(below)).filter(file => file.endsWith('.ts'))) {
    const text = await readFile(join(below, name), 'utf8');
    const moved = text.replaceAll('../../../shared/sources/', '../').replaceAll('../../../shared/', '../../');
    await writeFile(join(below, name), moved);
  }
}

const npm = (tree: string, script: string, ...args: string[]): Promise<string> =>
  run(tree, 'npm', ['run', '--silent', script, '--', ...args]);

/** A command in the copy; what it says. Goldens are not written where CI is set. */
function run(tree: string, command: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, CI: '', NO_COLOR: '1', FORCE_COLOR: '' };
  return new Promise((settle, fail) => {
    execFile(command, args, { cwd: tree, env, maxBuffer: 16 * 1_024 * 1_024 }, (error, out, err) => {
      if (error === null) settle(out);
      else fail(new Error(`${command} ${args.join(' ')} failed:\n${out}${err}`));
    });
  });
}
