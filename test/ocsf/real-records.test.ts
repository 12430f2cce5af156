import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { toOcsf } from '../../shared/ocsf/to-ocsf.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { sources } from '../../shared/sources/index.generated.ts';

// Records other people made, beside the repository and never in it.
const records = resolve(import.meta.dirname, '../../../shared/data/records');
if (!existsSync(records)) console.log('not run: OCSF of real records; there is no ../shared/data/records');

test.each(sources.map(({ id }) => id))('every real record of %s is valid OCSF', id => {
  const source = sources.find(one => one.id === id);
  const folder = join(records, id);
  if (source === undefined || !existsSync(folder)) return;
  const about = { domains: [], stream: source.streams(source.config.parse({}))[0] ?? 'default' };
  const wrong = new Map<string, number>();
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const reading = line.trim() === '' ? null : readRecord(source, JSON.parse(line), about);
      if (reading?.kind !== 'event') continue;
      for (const { path, says } of ocsfProblems(
        toOcsf({ ...reading.event, source: id, stream: about.stream }),
      )) {
        const place = `${path.replaceAll(/\d+/g, 'n')} ${says}`;
        wrong.set(place, (wrong.get(place) ?? 0) + 1);
      }
    }
  }
  expect(Object.fromEntries(wrong)).toEqual({});
});
