import { copyFile, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import { systemClock } from '../../shared/adapters/embedded/system-clock.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import type { Fields } from '../../shared/ports/telemetry.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { plainRequest } from '../search/naive-index.ts';
import { until } from '../support/product-process.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

// What a failing disk takes at once, and less than a page of the database: the page's head may still be good.
const sector = 4_096;
const queries = [
  '',
  'mira',
  'thing5',
  'word77',
  '"did thing5"',
  'operation:"Operation 3"',
  'summary:item*',
  '-oskar',
];

const events = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    storedEvent(`event ${n}`, {
      time: new Date(Date.UTC(2026, 9, 1) + n * 61_000).toISOString(),
      operation: `Operation ${n % 40}`,
      summary: `${n % 3 === 0 ? 'mira' : 'oskar'} did thing${n % 97} to item${n % 313}, word${n}`,
    }),
  );

async function filled(folder: string, count: number): Promise<string> {
  const index = openSearchIndex(folder);
  await index.put(events(count));
  index.close();
  return join(folder, 'index.db');
}

/** Each answer, or the code and sentence it was refused with. */
async function ask(folder: string): Promise<string[]> {
  let index: ReturnType<typeof openSearchIndex> | null = null;
  const answers: string[] = [];
  try {
    index = openSearchIndex(folder);
    for (const query of queries) {
      const request = { ...plainRequest, node: parseQuery(query), facets: ['operation', 'actor'] as const };
      answers.push(
        await index.search([scopeOf(contoso)], request).then(page => JSON.stringify(page), refusal),
      );
    }
  } catch (thrown) {
    answers.push(refusal(thrown));
  } finally {
    index?.close();
  }
  return answers;
}

function refusal(thrown: unknown): string {
  if (!(thrown instanceof AppError)) throw thrown;
  expect(thrown.message).toContain('delete index.db');
  return thrown.code;
}

async function overwrite(file: string, position: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

describe('a damaged sector of the index', () => {
  // Always the same: of a larger index some noise would pass for other lists of numbers (decision 24).
  const dice = seededNumbers(1, 'damaged index');
  test.each([
    ['zeros', () => new Uint8Array(sector)],
    ['noise', () => Uint8Array.from({ length: sector }, () => Math.floor(dice() * 256))],
  ])('of %s never makes a search find less', async (_what, damage) => {
    const folder = await tempFolder();
    const file = await filled(folder, 400);
    await copyFile(file, `${file}.whole`);
    const truth = await ask(folder);
    expect(truth.every(answer => answer.startsWith('{'))).toBe(true);
    const sectors = (await stat(file)).size / sector;
    let refused = 0;
    for (let at = 0; at < sectors; at += 1) {
      await Promise.all([`${file}-wal`, `${file}-shm`, file].map(path => rm(path, { force: true })));
      await copyFile(`${file}.whole`, file);
      await overwrite(file, at * sector, damage());
      const answers = await ask(folder);
      if (answers.every(answer => answer === 'store.corrupt')) refused += 1;
      // Nothing lay there: SQLite keeps free space in its pages.
      else expect(answers, `sector ${at} of ${sectors}`).toEqual(truth);
    }
    expect(refused).toBeGreaterThan(sectors / 3);
  });
});

test('an index too large to be looked through at once is looked through aside', async () => {
  const folder = await tempFolder();
  const file = await filled(folder, 3_000);
  const { size } = await stat(file);
  expect(size).toBeGreaterThan(1024 * 1024);
  const told: string[] = [];
  const telemetry = {
    error: (name: string, { message }: AppError, { database }: Fields) =>
      void told.push(`${name} ${String(database)}: ${message}`),
  };
  const options = { folder, environment: {}, clock: systemClock, telemetry };
  const opened = async () => {
    const profile = await openEmbedded(options);
    onTestFinished(() => profile.close());
    const request = { ...plainRequest, node: parseQuery('') };
    return async (): Promise<readonly [string, string | null | undefined]> => {
      const answer = await profile.index
        .search([scopeOf(contoso)], request)
        .then(page => String(page.total.value), refusal);
      return [answer, (await profile.check())['index']];
    };
  };
  expect(await (await opened())()).toEqual(['3000', null]);
  // The rows of `docs` lie in the file one after the other, and few searches come by all of them.
  for (let at = 40 * sector; at < size; at += 40 * sector) await overwrite(file, at, new Uint8Array(sector));
  const search = await opened();
  // A busy machine takes longer for its look than the start waits for it.
  await until('the look', async () => (told.length > 0 ? true : null));
  expect(await search()).toEqual(['store.corrupt', expect.stringContaining('index.db is damaged')]);
  expect(told).toEqual([
    'database.damaged index.db: The file index.db is damaged. Stop Holdfast and delete index.db: it is rebuilt from the store.',
  ]);
});
