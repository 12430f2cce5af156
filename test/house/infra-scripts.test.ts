import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from './source-tree.ts';

/**
 * The scripts, run against stand-ins for `az` and `azd` on the path. These know as much of the real ones as the scripts
 * rely on: what a listing tells, which forms of a time are taken, and that azd writes its errors where values stand.
 */
const folder = mkdtempSync(join(tmpdir(), 'holdfast-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const stand = (name: string, text: string): void => {
  writeFileSync(at(name), `#!/bin/bash\n${text}`);
  chmodSync(at(name), 0o755);
};

const azd = `
case "$1 $2 $3" in
  'env get-value ARCHIVE_NAME') echo starchive ;;
  'env get-value AZURE_RESOURCE_GROUP') echo rg-test ;;
  'env get-value API_NAME') echo func-test ;;
  'env get-value'*) echo "ERROR: key '$3' not found in the environment values"; exit 1 ;;
  'env set'*) [ -e "$STATE/azd-readonly" ] && exit 1; echo "azd $*" >>"$STATE/calls" ;;
esac
`;
const az = `
echo "az $*" >>"$STATE/calls"
option() { while [ $# -gt 1 ]; do [ "$1" = "$wanted" ] && echo "$2"; shift; done; }
case "$*" in
  'account show'*) echo 0a110000-0000-4000-8000-000000000001 ;;
  'ad app list'*) cat "$STATE/apps" ;;
  'functionapp config appsettings list'*) echo unlocked ;;
  'storage blob list'*'--include i '*'[?immutabilityPolicy.policyMode].'*) cat "$STATE/objects" ;;
  'storage blob immutability-policy set'*)
    wanted=--expiry-time
    [[ "$(option "$@")" =~ ^[0-9-]{10}T[0-9:]{8}Z$ ]] || exit 2
    wanted=--name
    name="$(option "$@")"
    [ "$name" = stubborn ] && exit 1
    awk -F'\\t' -v name="$name" -v OFS='\\t' '$3 == name { $1 = "locked" } { print }' "$STATE/objects" >"$STATE/new"
    mv "$STATE/new" "$STATE/objects"
    ;;
  *'--query appId'*) echo 0c11e000-0000-4000-8000-000000000002 ;;
  'rest --method post'*'/applications --body'*) echo new-app ;;
  *'value[?name=='*) cat "$STATE/credential" ;;
esac
`;
const put = (name: string, text: string): void => {
  writeFileSync(at(name), text);
};
const calls = (): string => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8') : '');

function run(script: string, args: readonly string[], typed = '', more: Record<string, string> = {}) {
  const done = spawnSync('/bin/bash', [join(root, 'infra', script), ...args], {
    cwd: folder,
    input: typed,
    encoding: 'utf8',
    env: { PATH: `${folder}:/usr/bin:/bin`, STATE: folder, ...more },
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

beforeEach(() => {
  for (const name of ['calls', 'azd-readonly']) rmSync(at(name), { force: true });
  stand('az', az);
  stand('azd', azd);
  put('apps', '');
  put('credential', '');
  const kept = [
    ['unlocked', '2100-01-01T00:00:00+00:00', 'tenant/a'],
    ['locked', '2100-01-01T00:00:00+00:00', 'tenant/b'],
    ['unlocked', '2001-01-01T00:00:00+00:00', 'tenant/over'],
  ];
  put('objects', kept.map(line => `${line.join('\t')}\n`).join(''));
});

describe('locking the archive', () => {
  test('shows the state, and changes nothing', () => {
    const { status, out } = run('lock-retention.sh', []);
    expect(out).toBe(
      'archive starchive: new objects are unlocked; of those kept, 1 are locked and 1 are not\n',
    );
    expect(status).toBe(0);
    expect(calls()).not.toMatch(/ set /);
  });
  test.each(['', 'n\n', 'starchiv\n'])('changes nothing when %j was typed', typed => {
    const { status, err } = run('lock-retention.sh', ['--lock'], typed);
    expect(err).toBe('Not the name of the archive. Nothing was changed.\n');
    expect(status).toBe(1);
    expect(calls()).not.toMatch(/ set /);
  });
  test('locks new objects and those kept, until their own dates, and leaves what is over', () => {
    const { status, out } = run('lock-retention.sh', ['--lock'], 'starchive\n');
    expect(out).toMatch(/of those kept, 2 are locked and 0 are not\n$/);
    expect(status).toBe(0);
    const made = calls();
    expect(made).toContain('azd env set HOLDFAST_RETENTION locked');
    expect(made).toMatch(/appsettings set .*HOLDFAST_RETENTION=locked/);
    const locked = [...made.matchAll(/immutability-policy set .*--name (\S+) .*--expiry-time (\S+)/g)];
    expect(locked.map(([, name, until]) => [name, until])).toEqual([['tenant/a', '2100-01-01T00:00:00Z']]);
  });
  test('goes on after an object that cannot be locked, and says that not all are', () => {
    put('objects', `unlocked\t2100-01-01T00:00:00+00:00\tstubborn\n${readFileSync(at('objects'), 'utf8')}`);
    const { status, out, err } = run('lock-retention.sh', ['--lock'], 'starchive\n');
    expect(out).toMatch(/of those kept, 2 are locked and 1 are not\n$/);
    expect(err).toContain('Run this again');
    expect(status).toBe(1);
  });
  test('changes nothing where the next provisioning would unlock again', () => {
    put('azd-readonly', '');
    const { status, err } = run('lock-retention.sh', ['--lock'], 'starchive\n');
    expect(err).toContain('Nothing was changed.');
    expect(status).toBe(1);
    expect(calls()).not.toMatch(/ set /);
  });
  test('says what is not known, and which options there are not', () => {
    stand('azd', `echo "ERROR: key '$3' not found in the environment values"; exit 1`);
    const unknown = run('lock-retention.sh', []);
    expect(unknown.err).toBe('ARCHIVE_NAME is not known: run "azd provision" first, or set ARCHIVE_NAME.\n');
    expect([unknown.status, calls()]).toEqual([1, '']);
    expect(run('lock-retention.sh', ['--locked']).status).toBe(2);
  });
});

describe('registering the application', () => {
  const identity = { IDENTITY_PRINCIPAL_ID: '0d11e000-0000-4000-8000-000000000003' };
  const bodies = (): Record<string, unknown>[] =>
    [...calls().matchAll(/--body (\{.*\})(?: --|$)/gm)].map(
      ([, body = '']) => JSON.parse(body) as Record<string, unknown>,
    );

  test('makes it where there is none, with the identity as its only proof', () => {
    const { status, out } = run('register-apps.sh', [], '', identity);
    expect(out).toContain('created the application "Holdfast"');
    expect(status).toBe(0);
    expect(calls()).toContain("az ad app list --filter displayName eq 'Holdfast' ");
    const [application, uris, credential] = bodies();
    expect(application?.['displayName']).toBe('Holdfast');
    // Where `holdfast token` takes the answer of the browser; under "web" Entra would ask for a secret.
    expect(application?.['publicClient']).toEqual({ redirectUris: ['http://localhost'] });
    expect(uris).toEqual({ identifierUris: ['api://0c11e000-0000-4000-8000-000000000002'] });
    expect(credential).toMatchObject({
      name: 'holdfast-app',
      issuer: 'https://login.microsoftonline.com/0a110000-0000-4000-8000-000000000001/v2.0',
      subject: identity.IDENTITY_PRINCIPAL_ID,
    });
    expect(calls()).toContain('azd env set HOLDFAST_CLIENT_ID 0c11e000-0000-4000-8000-000000000002');
  });
  test('changes the one there is, but not the name of its credential', () => {
    put('apps', 'old-app\n');
    put('credential', 'credential-1\n');
    const { out } = run('register-apps.sh', [], '', identity);
    expect(out).toContain('brought the application "Holdfast" up to date');
    expect(calls()).toMatch(/--method patch .*federatedIdentityCredentials\/credential-1/);
    expect(bodies().at(-1)).not.toHaveProperty('name');
    expect(calls()).not.toContain('--method post');
  });
  test('does not guess between several of one name', () => {
    put('apps', 'one\ntwo\n');
    const { status, err } = run('register-apps.sh', [], '', identity);
    expect(err).toContain('Several applications are named "Holdfast"');
    expect(status).toBe(1);
    expect(calls()).not.toContain('rest');
  });
  test('takes no error of azd for the identity', () => {
    const { status, err } = run('register-apps.sh', []);
    expect(err).toContain('run "azd provision" first');
    expect([status, calls()]).toEqual([1, '']);
    expect(run('register-apps.sh', ['--what-if']).out).toContain('<principal id of the identity>');
  });
  test('tells the settings where it cannot write them', () => {
    put('azd-readonly', '');
    const { status, err } = run('register-apps.sh', [], '', identity);
    expect(err).toContain('azd env set HOLDFAST_CLIENT_ID 0c11e000-0000-4000-8000-000000000002');
    expect(status).toBe(1);
  });
  test.each([['--name'], ['--name', 'A "B"'], ['--name', "A'B"], ['--dry']])('refuses %j %j', (...args) => {
    const { status, err } = run('register-apps.sh', args, '', identity);
    expect([status, calls()]).toEqual([2, '']);
    expect(err).not.toContain('unbound');
  });
});
