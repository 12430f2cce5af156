import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { isSourceId } from '../../tools/new-source-files.ts';
import { eventsOf, fixturesOf, goldenOf, pagesOf, readTranscript } from '../../tools/source-goldens.ts';
import { sourcesPage } from '../../tools/source-page.ts';
import { sourceFolders } from '../../tools/source-registry.ts';
import { madeUpSource } from '../support/new-source.ts';

const root = resolve(import.meta.dirname, '../..');

/** Runs a tool as npm would. */
function run(
  tool: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; says: string }> {
  return new Promise(settle => {
    const options = { cwd: root, env: { ...process.env, ...env } };
    const flags = ['--disable-warning=ExperimentalWarning', join(root, 'tools', tool), ...args];
    execFile(process.execPath, flags, options, (error, out, err) => {
      settle({ code: error === null ? 0 : Number(error.code), says: out + err });
    });
  });
}

describe('goldens', () => {
  test('are not written where CI is set, and checked there', async () => {
    const written = await run('golden.ts', [], { CI: '1' });
    expect(written.code).not.toBe(0);
    expect(written.says).toContain('Use --check');
    expect(await run('golden.ts', ['--check'], { CI: '1' })).toEqual({ code: 0, says: '' });
  });

  test('differ as soon as a source makes something else', async () => {
    const source = sources[0];
    const fixture =
      source === undefined ? undefined : (await fixturesOf(source.id)).find(({ kind }) => kind === 'records');
    if (source === undefined || fixture === undefined) throw new Error('no source to look at');
    const other: Source = { ...source, identity: () => ['another'] };
    expect(await goldenOf(other, fixture)).not.toBe(await goldenOf(source, fixture));
  });
});

describe('a new source', () => {
  test.each(['entra.sign-ins', 'mimecast.siem', 'a1.b2-c3'])('may be called %s', id => {
    expect(isSourceId(id)).toBe(true);
  });
  test.each(['', 'entra', 'Entra.x', 'a.b.c', 'a/b', '../x', 'a.b-', 'a._b'])('may not be called %j', id => {
    expect(isSourceId(id)).toBe(false);
  });

  test('reads its own fixtures: an event, a failure, a refusal, two pages', async () => {
    const { source, fixture } = await madeUpSource();
    expect(source.id).toBe('demo.new-things');
    expect(eventsOf(source, fixture('done.raw.json'))).toMatchObject([
      { identity: ['r-1'], event: { outcome: 'success' } },
      { identity: ['r-2'], event: { outcome: 'failure' } },
    ]);
    expect(eventsOf(source, fixture('quarantine.raw.json'))).toMatchObject([
      { problem: 'createdDateTime: not a time in any form known' },
      { problem: 'record: expected an object' },
    ]);
    const walked = await pagesOf(source, readTranscript(fixture('paging.http.json')));
    expect(walked.pages.map(({ records }) => records)).toEqual([[['r-4']], [['r-5']]]);
  });
});

test('the page of sources has a chapter for each, with what must be granted', async () => {
  const page = sourcesPage(await sourceFolders());
  for (const { id, needs, identifiedBy } of sources) {
    expect(page).toContain(`## ${id}`);
    expect(page).toContain(`| ${identifiedBy} `);
    for (const { name, how } of needs) expect(page).toContain(`- \`${name}\`. ${how}`);
  }
});
