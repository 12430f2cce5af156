import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMappingFile } from '../../shared/app/mapping-file.ts';
import { runProduct } from '../../shared/host/run-product.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { tempFolder } from '../support/temp-folder.ts';

const mistaken =
  'categories:\n  roles: X\nsources:\n  m365.unified-audit:\n    UserLoggedIn:\n      summary: "{actr} came"\n';

async function fileWith(text: string): Promise<string> {
  const path = join(await tempFolder(), 'mine.yml');
  await writeFile(path, text);
  return path;
}
const refusal = async (path: string): Promise<unknown> => {
  try {
    return await readMappingFile(path, sources);
  } catch (thrown) {
    return thrown;
  }
};

test('where none is named, the built-in file is in force', async () => {
  const mappings = await readMappingFile('', sources);
  expect(mappings.labels.role).toBe('Roles and privileges');
  expect(mappings.rulesOf('m365.unified-audit')?.find('UserLoggedIn')).not.toBeNull();
});

test('a named file replaces the built-in one', async () => {
  const mappings = await readMappingFile(await fileWith('categories: { role: R }'), sources);
  expect(mappings.labels.role).toBe('R');
  expect(mappings.rulesOf('m365.unified-audit')).toBeNull();
});

test('a file with mistakes is config.invalid about the setting, with all of them, and without its folder', async () => {
  const thrown = await refusal(await fileWith(mistaken));
  expect(thrown).toBeInstanceOf(AppError);
  expect(thrown).toMatchObject({
    code: 'config.invalid',
    target: 'HOLDFAST_MAPPINGS',
    message: expect.stringMatching(
      /^The mapping file \(HOLDFAST_MAPPINGS\) has 2 mistakes: mine\.yml line 2, column 3: unknown category.*; mine\.yml line 6, column 17: unknown placeholder \{actr\}/,
    ) as string,
  });
  expect(await refusal('/nowhere/mine.yml')).toMatchObject({
    code: 'config.invalid',
    message:
      'The mapping file (HOLDFAST_MAPPINGS) cannot be read: give the path of a file that this process may read.',
  });
});

test('of a file that is none the first mistakes are told, and how to see the others', async () => {
  const lines = Array.from({ length: 12 }, (_, at) => `  wrong${String(at)}: X`);
  const thrown = await refusal(await fileWith(['categories:', ...lines].join('\n')));
  expect(thrown).toMatchObject({
    message: expect.stringMatching(
      /has 12 mistakes: .*line 11, column 3: .*; and 2 more, which `holdfast mapping check` lists\.$/,
    ) as string,
  });
});

test('the product starts all the same, answers 503 and names every mistake', async () => {
  const product = await runProduct({
    environment: {
      PORT: '0',
      HOLDFAST_DATA: await tempFolder(),
      HOLDFAST_CLIENT_ID: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
      HOLDFAST_MAPPINGS: await fileWith(mistaken),
    },
    log: { write: () => true },
    level: 'error',
  });
  try {
    const reply = await fetch(`${product.url}/api/ready`);
    const body = (await reply.json()) as { checks: { name: string; problem: string }[] };
    expect(reply.status).toBe(503);
    expect(body.checks.map(({ name }) => name)).toEqual(['HOLDFAST_MAPPINGS']);
    expect(body.checks[0]?.problem).toMatch(/line 2, column 3.*line 6, column 17/);
  } finally {
    await product.close();
  }
});
