import { AppError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/hash.ts';
import { principalKey, type Principal } from '../model/principal.ts';
import type { RememberedReply } from '../ports/idempotency-store.ts';
import type { ApiDeps } from './api-deps.ts';
import type { ApiRequest } from './api-request.ts';
import { InputProblem } from './parse-input.ts';

const keyForm = /^[\x21-\x7e]{1,128}$/;

/**
 * Runs `work` once per caller, route and Idempotency-Key. A repeat with the same body gets the first reply
 * again; with another body it is `idempotency.conflict`. A failure is not kept, so the caller may try again; and where
 * a crash cut the first call short, a repeat does the work after a short while.
 */
export async function once(
  deps: Pick<ApiDeps, 'profile' | 'clock'>,
  request: ApiRequest,
  call: { readonly principal: Principal; readonly path: string; readonly bytes: Uint8Array },
  work: () => Promise<RememberedReply>,
): Promise<RememberedReply> {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return work();
  if (!keyForm.test(given)) {
    throw new InputProblem('Idempotency-Key takes up to 128 printable ASCII characters.', 'idempotency-key');
  }
  const store = deps.profile.idempotency;
  const key = sha256(JSON.stringify([principalKey(call.principal), request.method, call.path, given]));
  const begun = { key, at: deps.clock.now() };
  const state = await store.begin(key, sha256(call.bytes), begun.at);
  if (state.is === 'different') {
    throw new AppError(
      'idempotency.conflict',
      'give-up',
      'This Idempotency-Key was used with another body. Take a new key for a new request.',
      { target: 'idempotency-key' },
    );
  }
  if (state.is === 'repeat') {
    if (state.reply === null) throw stillRunning();
    return { ...state.reply, headers: { ...state.reply.headers, 'idempotency-replayed': 'true' } };
  }
  let reply: RememberedReply;
  try {
    reply = await work();
  } catch (thrown) {
    await store.abandon(begun);
    throw thrown;
  }
  try {
    await store.finish(begun, reply);
  } catch {
    // The work is done, and saying otherwise would make the caller do it again under another key. A repeat of
    // this key is told that the first is still running.
  }
  return reply;
}

function stillRunning(): AppError {
  return new AppError(
    'conflict',
    'retry-later',
    'The first request with this Idempotency-Key is still being worked on. Ask again in a moment.',
    { target: 'idempotency-key', retryAfterMs: 1_000 },
  );
}
