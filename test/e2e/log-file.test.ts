import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logFile } from '../../shared/host/log-file.ts';
import { until } from '../support/product-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('a log that cannot be written ends nothing, is told once, and goes on when it can', async () => {
  const folder = join(await tempFolder(), 'not-yet');
  const path = join(folder, 'holdfast.log');
  let told = 0;
  const log = logFile(path, () => (told += 1));
  log.write('lost\n');
  await until('the failure', () => Promise.resolve(told > 0 ? true : null));
  await mkdir(folder);
  const text = await until('a line', async () => {
    log.write('kept\n');
    return (await readFile(path, 'utf8')).includes('kept\n') ? await readFile(path, 'utf8') : null;
  });
  expect(text.replaceAll('\n', '')).toMatch(/^(kept)+$/);
  expect(told).toBe(1);
});
