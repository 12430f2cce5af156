import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig, settingNames, unknownSettings } from '../../shared/app/config.ts';
import { readSettingFiles } from '../../shared/app/setting-files.ts';
import { contoso } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ids = { HOLDFAST_CLIENT_ID: contoso, HOLDFAST_PULL_CLIENT_ID: contoso };

/** What is said of a file of customers with this text. */
async function saidOf(text: string): Promise<string> {
  const path = join(await tempFolder(), 'tenants.json');
  await writeFile(path, text);
  const config = readConfig({ ...ids, HOLDFAST_TENANTS: path });
  if (!config.ok) throw new Error('the other settings are right');
  return readSettingFiles(config.settings).then(
    ({ tenants }) => `${String(tenants.length)} tenants`,
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : ''),
  );
}

describe('a wrong setting', () => {
  test('is told in our words, whichever it is', () => {
    for (const wrong of ['!!', '-5', 'http:/', '']) {
      const config = readConfig(Object.fromEntries(settingNames().map(({ name }) => [name, wrong])));
      for (const { setting, problem } of config.ok ? [] : config.problems) {
        expect(`${setting} ${problem}`).not.toMatch(/Invalid|Too |NaN|>=/);
      }
    }
    const config = readConfig({
      ...ids,
      HOLDFAST_OPERATOR_TENANT: 'contoso',
      HOLDFAST_PULL_SECONDS: 'often',
    });
    expect(config.ok ? [] : config.problems).toEqual([
      {
        setting: 'HOLDFAST_OPERATOR_TENANT',
        problem: 'expected a tenant id: a GUID such as 3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77',
      },
      { setting: 'HOLDFAST_PULL_SECONDS', problem: 'expected a number' },
    ]);
  });
});

describe('a setting there is not', () => {
  test('is told with the nearest there is; others’ variables and secrets are none of ours', () => {
    expect(
      unknownSettings({
        HOLDFAST_DATTA: '/srv/holdfast',
        holdfast_tenants: '[]',
        HOLDFAST_COLOUR: 'red',
        HOLDFAST_SECRET: 'x',
        HOLDFAST_DATA: '/srv',
        HOLDFAST_SECRET_PULL_CLIENT: 'x',
        HOLDFAST_URL: 'http://127.0.0.1:7071',
        HOLDFAST_TOKEN: 'x',
        PATH: '/bin',
      }),
    ).toEqual([
      { setting: 'HOLDFAST_DATTA', problem: 'is not a setting; did you mean HOLDFAST_DATA?' },
      { setting: 'holdfast_tenants', problem: 'is not a setting; did you mean HOLDFAST_TENANTS?' },
      { setting: 'HOLDFAST_COLOUR', problem: 'is not a setting; docs/operations.md lists them.' },
      { setting: 'HOLDFAST_SECRET', problem: 'is not a setting; did you mean HOLDFAST_SECRETS?' },
    ]);
  });
  test('is nothing where it is empty, as one that is not set', () => {
    expect(unknownSettings({ HOLDFAST_DATTA: ' ', HOLDFAST_DATE: undefined })).toEqual([]);
  });
});

describe('a file of customers', () => {
  test('may begin with a byte order mark', async () => {
    expect(await saidOf('\uFEFF[]\r\n')).toBe('0 tenants');
  });
  test('that is wrong is told with the place, in our words', async () => {
    expect(await saidOf('{"tenants":[]}')).toBe(
      'The file that HOLDFAST_TENANTS names is wrong at the top: expected a list.',
    );
    expect(await saidOf(`[{"id":"${contoso}","name":"","domains":[]}]`)).toMatch(
      /is wrong at 0\.name: expected text, and it is empty\.$/,
    );
    expect(await saidOf(`[{"id":"${contoso}","name":"A","domains":[],"state":"on"}]`)).toMatch(
      /is wrong at 0\.state: expected one of active, retired\.$/,
    );
  });
});
