import { mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asCommandError, connect, serviceUrl } from '../../cli/connection.ts';
import { CommandError, exitCodes } from '../../cli/exit-code.ts';
import { savedToken, saveToken, tokenPath } from '../../cli/token-file.ts';
import { ApiProblem } from '../../shared/api/client.ts';
import { instant } from '../../shared/kernel/time.ts';
import { tempFolder } from '../support/temp-folder.ts';

const now = instant(Date.parse('2026-10-05T12:00:00.000Z'));
const later = instant(now + 3_600_000);

describe('the service’s address', () => {
  const at = (url: string | undefined, env: Record<string, string> = {}): string => serviceUrl({ url, env });

  test('is --url, then HOLDFAST_URL, then this machine', () => {
    expect(at('https://holdfast.example/x', { HOLDFAST_URL: 'http://localhost:1' })).toBe(
      'https://holdfast.example',
    );
    expect(at(undefined, { HOLDFAST_URL: 'http://localhost:1' })).toBe('http://localhost:1');
    expect(at(undefined, { HOLDFAST_URL: '' })).toBe('http://127.0.0.1:7071');
  });
  test.each([
    'http://holdfast.example',
    'http://192.0.2.7:7071',
    'http://127.0.0.1.holdfast.example',
    'ftp://localhost',
    'nonsense',
  ])('%s is refused: a token would go in the clear, or nowhere', url => {
    expect(() => at(url)).toThrow(CommandError);
  });
});

describe('saved tokens', () => {
  test('lie in a file of their owner’s alone, in the configuration folder', async () => {
    const folder = await tempFolder();
    const path = tokenPath({ XDG_CONFIG_HOME: folder });
    await saveToken(path, 'http://127.0.0.1:7071', 'token-1', later);
    expect(path).toBe(join(folder, 'holdfast', 'tokens.json'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
  test('are kept per service, and given to no other', async () => {
    const path = tokenPath({ XDG_CONFIG_HOME: await tempFolder() });
    await saveToken(path, 'http://127.0.0.1:7071', 'token-1', later);
    await saveToken(path, 'https://holdfast.example', 'token-2', later);
    expect(await savedToken(path, 'http://127.0.0.1:7071', now)).toBe('token-1');
    expect(await savedToken(path, 'https://holdfast.example', now)).toBe('token-2');
    expect(await savedToken(path, 'https://other.example', now)).toBeNull();
  });
  test('say when they have expired, and a broken file says where it is', async () => {
    const path = tokenPath({ XDG_CONFIG_HOME: await tempFolder() });
    await saveToken(path, 'http://127.0.0.1:7071', 'token-1', now);
    await expect(savedToken(path, 'http://127.0.0.1:7071', now)).rejects.toMatchObject({
      exitCode: exitCodes.refused,
    });
    await writeFile(path, 'nonsense');
    await expect(savedToken(path, 'http://127.0.0.1:7071', now)).rejects.toThrow(path);
  });
  test('say what to do where they cannot be kept or read', async () => {
    const folder = await tempFolder();
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const below = tokenPath({ XDG_CONFIG_HOME: file });
    const saving = saveToken(below, 'http://127.0.0.1:7071', 'token-1', later);
    await expect(saving).rejects.toMatchObject({
      message: `The token cannot be saved in ${below} (ENOTDIR)`,
      next: expect.stringMatching(/XDG_CONFIG_HOME|--save/),
    });
    expect(await savedToken(below, 'http://127.0.0.1:7071', now)).toBeNull();
    const path = tokenPath({ XDG_CONFIG_HOME: folder });
    await mkdir(path, { recursive: true });
    await expect(savedToken(path, 'http://127.0.0.1:7071', now)).rejects.toMatchObject({
      message: `The file of saved tokens cannot be read: ${path}`,
      next: 'Remove it and sign in again.',
    });
  });
});

describe('exit codes', () => {
  test.each([
    [400, 'QueryInvalid', exitCodes.usage],
    [401, 'TokenMissing', exitCodes.refused],
    [403, 'PermissionDenied', exitCodes.refused],
    [404, 'NotFound', exitCodes.notFound],
    [409, 'Conflict', exitCodes.unexpected],
    [410, 'ContinuationExpired', exitCodes.usage],
    [431, 'HeadersTooLarge', exitCodes.usage],
    [429, 'TooManyRequests', exitCodes.unavailable],
    [500, 'InternalError', exitCodes.unexpected],
    [503, 'StoreUnavailable', exitCodes.unavailable],
    [200, 'NotTheApi', exitCodes.unavailable],
  ])('of status %i %s is %i', (status, code, expected) => {
    const error = asCommandError(
      new ApiProblem(status, code, 'A sentence.', { requestId: 'r-1', target: 'q' }),
    );
    expect(error.exitCode).toBe(expected);
    expect(error.facts).toEqual({ code, target: 'q', requestId: 'r-1' });
  });
  test('go with what is wrong said once', () => {
    const detail = { code: 'InvalidValue', message: 'A sentence.', target: 'q' };
    const more = { ...detail, message: 'Another.' };
    const problem = new ApiProblem(400, 'RequestInvalid', 'A sentence.', { details: [detail, more] });
    expect(asCommandError(problem).message).toBe('A sentence.\n  q: Another.');
  });
  test('of anything else is 1', () => {
    expect(asCommandError(new TypeError('x')).exitCode).toBe(exitCodes.unexpected);
  });
});

describe('a call', () => {
  const signal = new AbortController().signal;
  const client = (url: string) => connect({ url, token: 'token-1', env: {}, now: () => now, signal });

  test('that nobody answers says how to start the service', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(settle => server.once('listening', settle));
    const { port } = server.address() as AddressInfo;
    await new Promise(settle => server.close(settle));
    const failed = client(`http://127.0.0.1:${String(port)}`).call('health.get');
    await expect(failed).rejects.toMatchObject({ exitCode: exitCodes.unavailable, next: /npm start/ });
  });
  test('with a token in two lines is refused here, and the complaint does not print the token', async () => {
    const broken = connect({
      url: 'http://127.0.0.1:1',
      token: 'very\nsecret',
      env: {},
      now: () => now,
      signal,
    });
    const failed = await broken.call('me.get').catch((thrown: unknown) => asCommandError(thrown));
    expect(failed).toMatchObject({ exitCode: exitCodes.usage });
    expect(String((failed as CommandError).message)).not.toMatch(/very|secret/);
  });
  test('never follows a page to another address', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization ?? 'none');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise(settle => server.once('listening', settle));
    const { port } = server.address() as AddressInfo;
    const link = `http://127.0.0.1:${String(port)}/api/v1/events`;
    await expect(client('http://127.0.0.1:1').follow('events.list', link)).rejects.toThrow(ApiProblem);
    expect(asked).toEqual([]);
  });
});
