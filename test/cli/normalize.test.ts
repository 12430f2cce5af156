import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { holdfast, launcher } from './command.ts';

const record = (id: string, subject = 'Quarterly figures'): string =>
  JSON.stringify({
    id,
    senderAddress: 'mira.holt@contoso.example',
    recipientAddress: 'oskar.lind@fabrikam.example',
    messageId: `<${id}@contoso.example>`,
    receivedDateTime: '2026-10-05T09:12:44Z',
    subject,
    size: 4_711,
    status: 'delivered',
    fromIP: '198.51.100.7',
    toIP: null,
  });
const source = 'exchange.message-trace';

interface Answer {
  readonly event?: {
    readonly time: string;
    readonly summary: string;
    readonly mail: { readonly subject: string; readonly direction: string };
  };
  readonly ocsf?: object;
  readonly skip?: string;
  readonly quarantine?: string;
}
const answersOf = (out: string): Answer[] =>
  out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Answer);

describe('holdfast normalize', () => {
  test('writes one line for each line, in order, and exits with 6 when one was quarantined', async () => {
    const input = `${record('t-1', 'one\u2028line')}\nnot JSON\n${record('t-2', 'two')}\r\n{"id":"t-3"}\n`;
    const { code, out, err } = await holdfast(['normalize', source], { input });
    const answers = answersOf(out);
    expect(answers.map(answer => answer.event?.mail.subject ?? 'quarantine' in answer)).toEqual([
      'one\u2028line',
      true,
      'two',
      true,
    ]);
    expect({ code, err }).toEqual({ code: 6, err: '' });
  });
  test('exits with 0 when every line became an event, the last one without its line feed too', async () => {
    const { code, out } = await holdfast(['normalize', source, '--domain', 'contoso.example'], {
      input: record('t-1'),
    });
    expect(answersOf(out)).toMatchObject([
      { event: { time: '2026-10-05T09:12:44.000Z', mail: { direction: 'outbound' } } },
    ]);
    expect(code).toBe(0);
  });
  test('with --ocsf writes OCSF in place of our event, and the same other lines', async () => {
    const input = `${record('t-1')}\nnot JSON\n`;
    const { code, out } = await holdfast(['normalize', source, '--ocsf'], { input });
    const [first, second] = answersOf(out);
    expect(first).toMatchObject({
      ocsf: { class_uid: 4009, type_uid: 400904, metadata: { version: '1.8.0' } },
    });
    expect(ocsfProblems(first?.ocsf)).toEqual([]);
    expect(second).toEqual({ quarantine: 'line: not JSON' });
    expect(code).toBe(6);
  });
  test('reads with the built-in mapping file, or one that is named', async () => {
    const input = JSON.stringify({
      CreationTime: '2026-10-05T09:12:44', RecordType: 15, Operation: 'UserLoggedIn', Id: 'a-1',
      UserId: 'mira.holt@contoso.example', ClientIP: '198.51.100.7', ResultStatus: 'Success',
    }); // prettier-ignore
    const summaryOf = async (...more: string[]): Promise<string | undefined> => {
      const { out, err } = await holdfast(['normalize', 'm365.unified-audit', ...more], { input });
      return answersOf(out)[0]?.event?.summary ?? err;
    };
    expect(await summaryOf()).toBe('mira.holt@contoso.example signed in from 198.51.100.7');
    const file = join(await tempFolder(), 'mine.yml');
    await writeFile(file, "sources: { m365.unified-audit: { '*': { summary: '{operation}!' } } }");
    expect(await summaryOf('--mappings', file)).toBe('UserLoggedIn!');
    await writeFile(file, 'sources: { no.such: {} }');
    expect(await summaryOf('--mappings', file)).toMatch(
      /mine\.yml line 1, column 12: unknown source “no\.such”/,
    );
  });
  test('reads how a thing is as one added, when it says or when it was read', async () => {
    const input = '{"id":"a","createdDateTime":"2026-10-01T08:00:00Z"}\n{"id":"b"}\n{"state":"enabled"}\n';
    const at = ['--read-at', '2026-10-05T10:00:00Z'];
    const { code, out } = await holdfast(['normalize', 'entra.conditional-access', ...at], { input });
    expect(answersOf(out)).toMatchObject([
      { event: { time: '2026-10-01T08:00:00.000Z', operation: 'Conditional access policy added' } },
      { event: { time: '2026-10-05T10:00:00.000Z' } },
      { quarantine: 'record: expected id, or displayName to tell which one it is' },
    ]);
    expect(code).toBe(6);
    const wrong = await holdfast(['normalize', 'entra.conditional-access', '--read-at', 'soon'], { input });
    expect(wrong.err).toContain('Give --read-at as a time');
    expect(wrong.code).not.toBe(0);
  });
  test('of nothing is nothing', async () => {
    expect(await holdfast(['normalize', source])).toEqual({ code: 0, out: '', err: '' });
  });
  test('names the sources it knows when it is asked for another', async () => {
    const { code, out, err } = await holdfast(['normalize', 'exchange.traces'], { input: record('t-1') });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(source);
  });
  test('ends quietly when its reader has enough, however much is still to come', async () => {
    const child = spawn(process.execPath, [launcher, 'normalize', source]);
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.on('error', () => {});
    const line = `${record('t-1')}\n`.repeat(200);
    const feed = setInterval(() => child.stdin.write(line), 1);
    const first = await new Promise<Buffer>(settle => child.stdout.once('data', settle));
    child.stdout.destroy();
    const code = await new Promise<number | null>(settle => child.once('close', settle));
    clearInterval(feed);
    expect(first.length).toBeGreaterThan(0);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
  test('keeps pace with a slow reader instead of filling memory', async () => {
    const child = spawn(process.execPath, [launcher, 'normalize', source], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.on('error', () => {});
    // Nobody reads: the pipes fill, and then the writer is made to wait.
    const line = `${record('t-1')}\n`.repeat(1_000);
    let taken = 0;
    // It reads: what waits from now on waits for its reader, and not for Node to start.
    child.stdin.write(line);
    await once(child.stdout, 'readable');
    let waited = false;
    while (!waited && taken < 64) {
      taken += 1;
      if (!child.stdin.write(line)) {
        waited = await new Promise<boolean>(settle => {
          const patience = setTimeout(settle, 2_000, true);
          child.stdin.once('drain', () => {
            clearTimeout(patience);
            settle(false);
          });
        });
      }
    }
    child.kill();
    // 64 rounds are some 20 MB; a handful fill every pipe between the two.
    expect(waited).toBe(true);
    expect(taken).toBeLessThan(40);
  });
});

describe('records that other people made', () => {
  const folder = resolve(import.meta.dirname, '../../../shared/data/records');
  const ours = [
    'entra.conditional-access',
    'entra.directory-audits',
    'entra.mfa-coverage',
    'entra.role-assignments',
    'm365.unified-audit',
    'exchange.message-trace',
  ];
  test.each(ours)('each get an answer: %s', async id => {
    if (!existsSync(join(folder, id))) {
      console.log(`not run: normalize over records of others, ${id} (no ../shared/data/records here)`);
      return;
    }
    const files = readdirSync(join(folder, id));
    const input = files
      .map(name => readFileSync(join(folder, id, name), 'utf8').replace(/\n?$/, '\n'))
      .join('');
    const { out, err } = await holdfast(['normalize', id], { input });
    const answers = answersOf(out);
    expect(answers).toHaveLength(input.split('\n').length - 1);
    expect(answers.filter(answer => answer.event !== undefined).length).toBeGreaterThan(0);
    expect(err).toBe('');
  });
});
