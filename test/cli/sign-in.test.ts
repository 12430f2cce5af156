import { describe, expect, test } from 'vitest';
import { CommandError, exitCodes } from '../../cli/exit-code.ts';
import { signIn, type SignInOptions } from '../../cli/sign-in.ts';
import { instant } from '../../shared/kernel/time.ts';
import { contosoId } from '../support/small-world.ts';
import { runningSimulator } from '../support/simulator-client.ts';

const clientId = 'b1f0e6a2-0000-4000-8000-0000000a0d1e';

async function optionsFor(over: Partial<SignInOptions> = {}): Promise<SignInOptions> {
  const simulator = await runningSimulator();
  return {
    config: { loginUrl: `${simulator.url}/login`, clientId, scopes: [`${clientId}/access_as_user`] },
    tenant: 'organizations',
    persona: 'contoso-reader',
    show: () => {},
    now: () => instant(simulator.time.now()),
    signal: new AbortController().signal,
    ...over,
  };
}
const claimsOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('signing in', () => {
  test('as a persona gives a token of that persona, for the product', async () => {
    const options = await optionsFor();
    const { token, expiresAt } = await signIn(options);
    expect(claimsOf(token)).toMatchObject({
      aud: clientId,
      tid: contosoId,
      ver: '2.0',
      roles: ['Events.Read'],
    });
    expect(expiresAt).toBe(options.now() + 3_599_000);
  });
  test('with a browser waits for the answer on this machine', async () => {
    const pages: string[] = [];
    const options = await optionsFor({
      persona: null,
      // What a browser does: it opens the page, somebody chooses, and it follows the redirect to us.
      show: url => {
        void fetch(`${url}&persona=contoso-admin`).then(async reply => pages.push(await reply.text()));
      },
    });
    const { token } = await signIn(options);
    expect(claimsOf(token)).toMatchObject({
      tid: contosoId,
      roles: expect.arrayContaining(['Tenants.Manage']) as unknown,
    });
    await expect.poll(() => pages).toEqual(['Signed in. You can close this page.\n']);
  });
  test('ends at once when it is interrupted', async () => {
    const interrupt = new AbortController();
    const options = await optionsFor({
      persona: null,
      signal: interrupt.signal,
      show: () => {
        interrupt.abort();
      },
    });
    await expect(signIn(options)).rejects.toMatchObject({ exitCode: exitCodes.interrupted });
  });
  test('does not take an answer to another question', async () => {
    const options = await optionsFor({
      persona: null,
      show: url => {
        const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
        void fetch(`${redirect}/?code=stolen&state=other`);
      },
    });
    await expect(signIn(options)).rejects.toThrow('does not belong to this sign-in');
  });
  test.each([
    ['as nobody the simulator knows', { persona: 'mallory' }],
    ['at a tenant the persona is not of', { tenant: 'fab10000-0000-4000-8000-00000000fa01' }],
    ['at a tenant that is not there', { tenant: '00000000-0000-4000-8000-000000000000' }],
  ])('%s is refused in one line', async (_, over) => {
    const failed: unknown = await signIn(await optionsFor(over)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CommandError);
    expect(failed).toMatchObject({ exitCode: exitCodes.refused });
    expect((failed as CommandError).message).not.toContain('\n');
  });
  test('where nothing answers is not a refusal', async () => {
    const config = { loginUrl: 'http://127.0.0.1:1/login', clientId, scopes: [] };
    await expect(signIn(await optionsFor({ config }))).rejects.toMatchObject({
      exitCode: exitCodes.unavailable,
    });
  });
});
