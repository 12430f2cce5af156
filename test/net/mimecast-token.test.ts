import { describe, expect, onTestFinished, test } from 'vitest';
import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { httpTransport } from '../../shared/adapters/net/http-transport.ts';
import { mimecastTokenSource } from '../../shared/adapters/net/mimecast-token-source.ts';
import type { TokenSource } from '../../shared/adapters/net/provider-token.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { seconds } from '../../shared/kernel/time.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { reply, wireServer, type WireCall, type WireServer } from '../support/wire-server.ts';

const contoso = 'c0a10000-0000-4000-8000-00000000c001';
const fabrikam = 'fab10000-0000-4000-8000-00000000fa01';
const secret = 'hard:to guess+&=%';

interface Desk {
  readonly source: TokenSource;
  readonly server: WireServer;
  readonly base: string;
}

async function desk(
  answer: (call: WireCall, nth: number) => unknown,
  application = `client-1:${secret}`,
): Promise<Desk> {
  const server = await wireServer(answer);
  const transport = httpTransport();
  onTestFinished(async () => {
    transport.close();
    await server.close();
  });
  const environment = {
    [`HOLDFAST_SECRET_MIMECAST_${contoso.toUpperCase().replaceAll('-', '_')}`]: application,
  };
  const secrets = environmentSecretStore({ environment, file: '/nowhere' });
  const source = mimecastTokenSource({ secrets, transport, clock: new ManualClock() });
  return { source, server, base: new URL('/mimecast/uk', server.url).href };
}

const grant = (call: WireCall): void =>
  reply(call, 200, '{"access_token":"abc","token_type":"Bearer","expires_in":1799,"scope":""}');

async function refusal(asked: Promise<unknown>): Promise<AppError> {
  const thrown = await asked.catch((error: unknown) => error);
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${JSON.stringify(thrown)}`);
  return thrown;
}

describe('a token of a customer’s own application', () => {
  test('is asked for with a form, below the host of its region', async () => {
    const { source, server, base } = await desk(grant);
    const token = await source.issue(contoso, base);
    expect([token.secret.reveal(), token.lifetime]).toEqual(['abc', seconds(1_799)]);
    const [call] = server.calls;
    expect([call?.method, call?.target]).toEqual(['POST', '/mimecast/uk/oauth/token']);
    expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      client_id: 'client-1',
      client_secret: secret,
      grant_type: 'client_credentials',
    });
  });

  test.each([
    [400, '{"error":"invalid_client"}', 'provider.unauthorized'],
    [401, '{"fail":[{"code":"err_xdk_client_unauthorized","message":"x"}]}', 'provider.unauthorized'],
    [401, '{"meta":{"status":401},"data":[],"fail":[{"errors":[{"code":"x"}]}]}', 'provider.unauthorized'],
    [403, '{"fail":[{"code":"app_forbidden","message":"x"}]}', 'provider.refused'],
  ])('refused with %i %s pauses the source and says what to check', async (status, body, code) => {
    const { source, server, base } = await desk(call => reply(call, status, body));
    const error = await refusal(source.issue(contoso, base));
    expect([error.code, error.recovery, server.calls.length]).toEqual([code, 'pause-source', 1]);
    expect(JSON.stringify([error.message, error.facts])).not.toContain('hard');
  });

  test.each([
    [404, '{"fail":[]}', 'provider.malformed'],
    [200, '<html>sign in</html>', 'provider.malformed'],
    [200, '{"access_token":""}', 'provider.malformed'],
    [401, '<html>proxy</html>', 'provider.malformed'],
    [503, '{}', 'provider.unavailable'],
  ])('an odd answer, %i %s, is tried again and then told as %s', async (status, body, code) => {
    const { source, server, base } = await desk(call => reply(call, status, body));
    const error = await refusal(source.issue(contoso, base));
    expect([error.code, error.recovery, server.calls.length]).toEqual([code, 'retry-later', 3]);
  });

  test('a throttle is handed on with its time', async () => {
    const { source, base } = await desk(call => reply(call, 429, '{}', { 'retry-after': '7' }));
    expect((await refusal(source.issue(contoso, base))).retryAfterMs).toBe(7_000);
  });

  test('a secret that is missing, or no pair, is named and not shown', async () => {
    const { source, base } = await desk(grant);
    expect((await refusal(source.issue(fabrikam, base))).code).toBe('secret.missing');
    for (const wrong of ['nocolon-hard', ':hard', 'hard:']) {
      const { source: other, base: there, server } = await desk(grant, wrong);
      const error = await refusal(other.issue(contoso, there));
      expect([error.code, error.target, server.calls.length]).toEqual([
        'config.invalid',
        `mimecast-${contoso}`,
        0,
      ]);
      expect(error.message).not.toContain('hard');
    }
  });
});
