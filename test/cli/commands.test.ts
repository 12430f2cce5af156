import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tenant } from '../../shared/model/tenant.ts';
import { demoSettings } from '../../shared/host/demo-settings.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { runProduct, type Product } from '../../shared/host/run-product.ts';
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { atRest } from '../support/at-rest.ts';
import { fastFolder } from '../support/fast-folder.ts';
import { holdfast, holdfastHere, type Finished } from './command.ts';

// The whole product over an invented world of a few hundred records, and the command as a process of its own:
// what is checked here is what somebody at a terminal, or a script, sees.
let folder: string;
let simulator: Simulator;
let product: Product;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(fastFolder, 'holdfast-cli-'));
  simulator = await startSimulator({
    world: inventWorld({ seed: 3, now: Date.now(), events: 3_000, livePerMinute: 0 }),
    port: 0,
  });
  const cards = simulator.control
    .tenants()
    .flatMap(({ clientId, clientSecret, ...card }) =>
      clientId === null || clientSecret === null ? [] : [{ ...card, clientId, clientSecret }],
    );
  const settings = demoSettings({}, simulator.url, cards);
  const tenantsFile = join(folder, 'tenants.json');
  const grantsFile = join(folder, 'grants.json');
  // Three days of audits, ten of Mimecast's logs: the simulator answers them no faster than the real ones do.
  // And a slow rhythm, so that the product comes to rest and stays there.
  const daysOf = (source: string) => (source.startsWith('mimecast.') ? 10 : null);
  const connections = (tenant: Tenant) =>
    tenant.connections.map(one => ({
      ...one,
      remembersDays: one.source === 'entra.directory-audits' ? 3 : daysOf(one.source),
      everySeconds: 86_400,
    }));
  const tenants = settings.tenants.map(tenant => ({ ...tenant, connections: connections(tenant) }));
  await writeFile(tenantsFile, JSON.stringify(tenants));
  await writeFile(grantsFile, JSON.stringify(settings.grants));
  product = await runProduct({
    environment: {
      ...settings.environment,
      PORT: '0',
      HOLDFAST_DATA: join(folder, 'data'),
      HOLDFAST_TENANTS: tenantsFile,
      HOLDFAST_GRANTS: grantsFile,
      HOLDFAST_PULL_SECONDS: '1',
    },
    log: { write: () => true },
    level: 'error',
  });
  await atRest(product, join(folder, 'data'));
  for (const persona of ['contoso-reader', 'contoso-admin', 'fabrikam-reader', 'operator', 'nobody']) {
    const { code, out } = await holdfastHere(['token', '--as', persona, '--url', product.url]);
    if (code !== 0) throw new Error(`nobody could be signed in as ${persona}`);
    tokens.set(persona, out.trim());
  }
});
afterAll(async () => {
  await product.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const envOf = (persona: string): Record<string, string> => ({
  HOLDFAST_URL: product.url,
  HOLDFAST_TOKEN: tokens.get(persona) ?? '',
});
const as = (persona: string, args: readonly string[]): Promise<Finished> =>
  holdfastHere(args, envOf(persona));

const linesOf = <T>({ out }: Finished): T[] =>
  out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
interface Listed {
  readonly id: string;
  readonly tenant: string;
  readonly time: string;
}

describe('holdfast token', () => {
  test('saves the token for this service, so that the next commands need none', async () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'config'), HOLDFAST_URL: product.url };
    const saved = await holdfastHere(['token', '--as', 'contoso-reader', '--save'], env);
    expect(saved).toMatchObject({ code: 0, out: '' });
    expect(saved.err).toContain('UTC');
    expect((await holdfastHere(['search', '--limit', '1'], env)).code).toBe(0);
    // Another service gets nothing of it.
    const other = await holdfast(['search'], {
      env: { ...env, HOLDFAST_URL: product.url.replace('127.0.0.1', 'localhost') },
    });
    expect(other.code).toBe(3);
    // Once it has expired, signing in again works, as the refusal advises.
    const file = join(folder, 'config/holdfast/tokens.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(/"expiresAt": \d+/, '"expiresAt": 1'));
    expect((await holdfastHere(['search', '--limit', '1'], env)).err).toContain('has expired');
    expect((await holdfastHere(['token', '--as', 'contoso-reader', '--save'], env)).code).toBe(0);
    expect((await holdfastHere(['search', '--limit', '1'], env)).code).toBe(0);
  });
  test('with --json is one document', async () => {
    const [document, ...more] = linesOf<{ accessToken: string; expiresAt: string }>(
      await holdfastHere(['token', '--as', 'operator', '--json', '--url', product.url]),
    );
    expect(more).toEqual([]);
    expect(document?.accessToken.split('.')).toHaveLength(3);
  });
});

describe('holdfast search and event', () => {
  test('lists events as a table that says UTC, and as NDJSON', async () => {
    const table = await as('contoso-reader', ['search', '--limit', '5']);
    expect(table.code).toBe(0);
    expect(table.out.split('\n')[0]).toMatch(/^TIME \(UTC\) +ID +SOURCE +OUTCOME +ACTOR +WHAT$/);
    expect(table.out.trimEnd().split('\n')).toHaveLength(6);
    const events = linesOf<Listed>(await as('contoso-reader', ['search', '--limit', '5', '--json']));
    expect(events).toHaveLength(5);
    expect(events.map(event => event.time)).toEqual(
      events
        .map(event => event.time)
        .toSorted()
        .toReversed(),
    );
    for (const event of events) expect(event.tenant).toBe('c0a10000-0000-4000-8000-00000000c001');
  });
  test('follows pages to the end with --all, each event once', async () => {
    const all = linesOf<Listed>(
      await as('contoso-reader', ['search', '--all', '--json', '--order', 'oldest']),
    );
    expect(all.length).toBeGreaterThan(100);
    expect(new Set(all.map(event => event.id)).size).toBe(all.length);
    const counted = await as('contoso-reader', ['search', '--limit', '1', '--facets', 'source', '--json']);
    const [whole] = linesOf<{ total: { value: number }; facets: { source: { values: object[] } } }>(counted);
    expect(whole?.total.value).toBe(all.length);
    expect(whole?.facets.source.values.length).toBeGreaterThan(1);
  });
  test('shows one event by the short id of the table, its history, and its exact bytes', async () => {
    const [first] = linesOf<Listed>(await as('contoso-reader', ['search', '--limit', '1', '--json']));
    const id = first?.id ?? '';
    const shown = await as('contoso-reader', ['event', id.slice(0, 17)]);
    expect(shown.out).toContain(id);
    expect(linesOf(await as('contoso-reader', ['event', id, '--json']))).toEqual([first]);
    expect(linesOf(await as('contoso-reader', ['event', id, '--history', '--json'])).length).toBeGreaterThan(
      0,
    );
    const [ocsf] = linesOf(await as('contoso-reader', ['event', id, '--ocsf', '--json']));
    expect(ocsfProblems(ocsf)).toEqual([]);
    const raw = await as('contoso-reader', ['event', id, '--raw']);
    const reply = await fetch(`${product.url}/api/v1/events/${id}/raw`, {
      headers: { authorization: `Bearer ${tokens.get('contoso-reader') ?? ''}` },
    });
    await reply.body?.cancel();
    const hash = createHash('sha256').update(raw.out).digest('hex');
    expect(hash).toBe(reply.headers.get('x-holdfast-record-sha256'));
  });
  test('shows facets and a histogram under the table', async () => {
    const { code, out } = await as('contoso-reader', [
      'search',
      '--limit',
      '1',
      '--facets',
      'outcome',
      '--interval',
      '1d',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^outcome$/m);
    expect(out).toMatch(/^by 1d, UTC/m);
  });
  test('ends quietly when piped to a reader that has enough', async () => {
    const args = ['search', '--all', '--json'];
    const { code, out, err } = await holdfast(args, { env: envOf('contoso-reader'), enough: true });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toBe('');
  });
});

describe('holdfast mapping', () => {
  test('file is in force: events are told in its words, and the built-in one would change nothing', async () => {
    const args = ['search', 'operation:UserLoggedIn outcome:success', '--limit', '1', '--json'];
    const [event] = linesOf<{ summary: string; mappingDigest: string }>(await as('contoso-reader', args));
    expect(event?.summary).toMatch(/ signed in/);
    expect(event?.mappingDigest).toMatch(/^[0-9a-f]{16}$/);
    const same = await as('contoso-admin', ['mapping', 'preview', '--file', 'mappings.yml', '--json']);
    expect(linesOf(same)).toMatchObject([{ changed: 0, unreadable: 0, labels: [] }]);
  });
  const changed = (): string => join(folder, 'changed.yml');
  test('shows what a changed file would do to stored events', async () => {
    const text =
      "categories: { file: Papers }\nsources:\n  m365.unified-audit:\n    FileAccessed: { summary: '{actor} read {file}' }\n";
    await writeFile(changed(), text);
    const args = ['mapping', 'preview', '--file', changed(), '--limit', '50000', '--sample', '1'];
    const shown = await as('contoso-admin', args);
    expect(shown.out).toMatch(/^looked at +[\d,]+ of [\d,]+ events$/m);
    expect(shown.out).toMatch(/^file +Files +Papers$/m);
    expect(shown.out).toMatch(/^ *[\d,]+ +[\d,]+ +FileAccessed +m365\.unified-audit$/m);
    expect(shown.out).toMatch(/^before +\S.*\nafter +\S/m);
    expect(shown.err).toContain('Nothing was changed.');
    const [reply] = linesOf<{ changed: number; sample: object[] }>(
      await as('contoso-admin', [...args, '--json']),
    );
    expect(reply?.changed).toBeGreaterThan(0);
    expect(reply?.sample).toHaveLength(1);
    expect((await as('contoso-reader', args)).code).toBe(3);
  });
  test('refuses a file with mistakes, with their places, before and without the service', async () => {
    await writeFile(changed(), 'categories:\n  roles: X\n  mail: 5\n');
    const refused = await as('contoso-admin', ['mapping', 'preview', '--file', changed()]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/line 2, column 3: unknown category[^]*line 3, column 9/);
    const checked = await holdfastHere(['mapping', 'check', changed()]);
    expect(checked.code).toBe(2);
    expect(checked.out).toMatch(/^changed\.yml:2:3: unknown category.*\nchanged\.yml:3:9: /);
    const { out } = await holdfastHere(['mapping', 'check', changed(), '--json']);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [
        { line: 2, column: 3 },
        { line: 3, column: 9 },
      ],
    });
    expect(await holdfastHere(['mapping', 'check', 'mappings.yml'])).toMatchObject({ code: 0, out: '' });
    expect((await holdfastHere(['mapping', 'check', join(folder, 'none.yml')])).code).toBe(2);
  });
});

describe('who is refused', () => {
  test.each([
    ['nobody', ['search'], 3, /PermissionDenied/],
    ['contoso-reader', ['tenants'], 3, /PermissionDenied/],
    ['contoso-reader', ['search', 'actor:"unclosed'], 2, /QueryInvalid/],
    ['contoso-reader', ['event', `20260101-${'0'.repeat(40)}`], 4, /NotFound/],
    ['contoso-reader', ['search', '--tenant', 'Fabrikam'], 4, /No tenant of yours is called "Fabrikam"/],
    ['contoso-admin', ['tenants', 'fab10000-0000-4000-8000-00000000fa01'], 4, /NotFound/],
    ['contoso-admin', ['run', 'contoso', 'no.such-source'], 4, /request /],
  ])('%s %j exits with %i', async (persona, args, code, says) => {
    const finished = await as(persona, args);
    expect({ code: finished.code, out: finished.out }).toEqual({ code, out: '' });
    expect(finished.err).toMatch(says);
    expect(finished.err).toMatch(/next: |request /);
  });
  test('without a token, with how to sign in', async () => {
    const { code, err } = await holdfastHere(['search', '--url', product.url]);
    expect(code).toBe(3);
    expect(err).toContain(`holdfast --url ${product.url} token --as`);
  });
  test('with a token that is none, as JSON where asked', async () => {
    const { code, err } = await holdfastHere([
      'search',
      '--url',
      product.url,
      '--token',
      'nonsense',
      '--json',
    ]);
    expect(code).toBe(3);
    const { error } = JSON.parse(err) as { error: { code: string; requestId: string; exitCode: number } };
    expect(error).toMatchObject({ code: 'TokenInvalid', exitCode: 3 });
    expect(error.requestId).not.toBe('');
  });
});

describe('holdfast readiness, pause, resume', () => {
  test('shows each permission, and exits with 6 and what to mend when one is missing', async () => {
    const fine = await as('contoso-admin', ['readiness', 'contoso']);
    expect({ code: fine.code, err: fine.err }).toEqual({ code: 0, err: '' });
    expect(fine.out).toMatch(/^SOURCE +PERMISSION +STATE/);
    expect(fine.out).toMatch(/ExchangeMessageTrace.Read.All +ready/);
    const id = 'c0a10000-0000-4000-8000-00000000c001';
    simulator.control.setTenant(id, { traceServicePrincipal: false });
    const lacking = await as('contoso-admin', ['readiness', 'contoso']);
    simulator.control.setTenant(id, { traceServicePrincipal: true });
    expect(lacking.code).toBe(6);
    expect(lacking.out).toMatch(/ExchangeMessageTrace.Read.All +refused +provider.not-provisioned/);
    expect(lacking.err).toContain('Have an admin create it');
    expect((await as('contoso-reader', ['readiness', 'contoso'])).code).toBe(3);
  });
  test('pauses and resumes', async () => {
    const args = ['contoso', 'm365.unified-audit', '--stream', 'DLP.All'];
    const paused = await as('contoso-admin', ['pause', ...args, '--reason', 'noise']);
    expect(paused).toMatchObject({
      code: 0,
      out: expect.stringMatching(/DLP\.All +paused +noise/) as string,
    });
    const resumed = await as('contoso-admin', ['resume', ...args]);
    expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/DLP\.All +current/) as string });
  });
  test.each([
    ['contoso', 'entra.conditional-access', 'default'],
    ['fabrikam', 'mimecast.siem', 'receipt'],
  ])(
    'pauses, resumes and pulls a source that is not asked by window: %s %s',
    async (tenant, source, stream) => {
      const admin = tenant === 'contoso' ? 'contoso-admin' : 'operator';
      const args = [tenant, source, '--stream', stream];
      const paused = await as(admin, ['pause', ...args, '--reason', 'noise']);
      expect(paused).toMatchObject({ code: 0, out: expect.stringMatching(/paused +noise/) as string });
      expect((await as(admin, ['run', ...args])).code).not.toBe(0);
      const resumed = await as(admin, ['resume', ...args]);
      expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/current/) as string });
      expect(await as(admin, ['run', ...args, '--wait'])).toMatchObject({ code: 0 });
    },
  );
});

describe('holdfast renormalize', () => {
  test('counts in a dry run, and does the work with --wait', async () => {
    const dry = await as('contoso-admin', [
      'renormalize',
      'contoso',
      '--dry-run',
      '--all',
      '--source',
      'entra.directory-audits',
    ]);
    expect(dry.code).toBe(0);
    expect(dry.out).toMatch(/^ +[1-9]\d* {2}looked$/m);
    expect(dry.out).toMatch(/^ +0 {2}changed$/m);
    const done = linesOf<{ kind: string; status: string; result: { counts: { looked: number } } }>(
      await as('contoso-admin', ['renormalize', 'contoso', '--wait', '--json']),
    );
    expect(done[0]).toMatchObject({ kind: 'renormalize', status: 'Succeeded' });
    expect((await as('contoso-reader', ['renormalize', 'contoso'])).code).toBe(3);
  });
});

describe('holdfast tenants, run, backfill, operations, runs, coverage', () => {
  test('lists tenants, and one with its streams, by name', async () => {
    const listed = linesOf<{ name: string }>(await as('operator', ['tenants', '--json']));
    expect(listed.map(tenant => tenant.name)).toEqual(['Contoso', 'Fabrikam']);
    const one = await as('operator', ['tenants', 'contoso']);
    expect(one.code).toBe(0);
    expect(one.out).toContain('exchange.message-trace');
    expect(one.out).toContain('COMPLETE TO (UTC)');
  });
  test('shows what a backfill would ask for, and does nothing', async () => {
    const args = ['backfill', 'contoso', 'exchange.message-trace', '--from', '3d', '--dry-run'];
    const { code, out, err } = await as('contoso-admin', args);
    expect(code).toBe(0);
    expect(out).toMatch(/^STREAM +FROM \(UTC\) +TO \(UTC\)$/m);
    expect(err).toContain('Nothing was done');
    const listed = linesOf<{ kind: string }>(await as('contoso-admin', ['operations', '--json']));
    expect(listed.filter(one => one.kind === 'backfill')).toEqual([]);
  });
  test('backfills to the end with --wait, and the operation, its runs and coverage can be looked at', async () => {
    const args = [
      'backfill',
      'contoso',
      'exchange.message-trace',
      '--from',
      '2d',
      '--to',
      '1d',
      '--wait',
      '--json',
    ];
    const done = await as('contoso-admin', args);
    expect(done.code).toBe(0);
    expect(done.err).toContain('100 %');
    const [operation] = linesOf<{ id: string; status: string; percentComplete: number }>(done);
    expect(operation).toMatchObject({ status: 'Succeeded', percentComplete: 100 });
    const listed = await as('contoso-admin', ['operations']);
    expect(listed.out).toContain(operation?.id ?? 'no operation');
    expect((await as('contoso-admin', ['operations', operation?.id ?? '', '--cancel'])).code).toBe(1);
    const runs = linesOf<{ id: string; purpose: string }>(
      await as('contoso-admin', ['runs', '--source', 'exchange.message-trace', '--json']),
    );
    expect(runs.map(run => run.purpose)).toContain('requested');
    expect((await as('contoso-admin', ['runs', runs[0]?.id ?? ''])).out).toContain('exchange.message-trace');
    const coverage = await as('contoso-reader', ['coverage', '--tenant', 'Contoso']);
    expect(coverage.out).toMatch(/^c0a10000-[-\w]+\nSOURCE +STREAM +STATE/);
    expect(coverage.out).toContain('current');
  });
  test('leaves the work running on Ctrl-C, and says how to look again', async () => {
    const slow = { name: 'slow-first-byte', route: 'graph.messageTraces', options: { delayMs: 5_000 } };
    const id = simulator.control.addFault({ ...slow, times: 50 });
    const args = ['backfill', 'contoso', 'exchange.message-trace', '--from', '20d', '--wait'];
    let sent = false;
    const { code, err } = await holdfast(args, {
      env: envOf('contoso-admin'),
      onNote: (text, kill) => {
        if (!sent && text.includes('%')) kill('SIGINT');
        sent ||= text.includes('%');
      },
    });
    simulator.control.clearFaults({ id });
    expect(code).toBe(130);
    expect(err).toMatch(/holdfast operations \S+ --wait/);
  });
});
