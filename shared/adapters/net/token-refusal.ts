import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { byNumber, consent, type Meaning } from './refusals-by-number.ts';

const byError: Readonly<Record<string, Meaning>> = {
  invalid_client: {
    code: 'provider.unauthorized',
    message: "The app's credential is refused. Check the client id, and its secret or federated credential.",
  },
  unauthorized_client: { code: 'provider.refused', message: consent },
  access_denied: { code: 'provider.refused', message: consent },
  invalid_resource: {
    code: 'provider.not-provisioned',
    message: 'The tenant has no service principal of this API. Have an admin of the tenant consent again.',
  },
  invalid_scope: {
    code: 'config.invalid',
    message: 'The scope asked for is not one. Check the API addresses in the settings.',
  },
  temporarily_unavailable: {
    code: 'provider.unavailable',
    message: 'The sign-in service has a fault of its own. It is tried again later.',
    recovery: 'retry-later',
    again: true,
  },
  server_error: {
    code: 'provider.unavailable',
    message: 'The sign-in service has a fault of its own. It is tried again later.',
    recovery: 'retry-later',
    again: true,
  },
};

const otherwise: Meaning = {
  code: 'provider.refused',
  message:
    'The sign-in service gives no token. Look the number up at login.microsoftonline.com/error and mend what it says.',
};

const errorBody = z.object({
  error: z.string(),
  error_codes: z.array(z.number()).optional(),
  trace_id: z.string().optional(),
});

/** What an error answer of the token endpoint means; null when it is none. Nothing of its text is passed on. */
export function tokenRefusal(
  body: unknown,
  status: number,
  tenantId: string,
): { readonly error: AppError; readonly again: boolean } | null {
  const known = errorBody.safeParse(body);
  if (!known.success) return null;
  const { error, error_codes: codes, trace_id: traceId } = known.data;
  const number = codes?.[0];
  const family = byError[error];
  const hint = number === undefined ? undefined : byNumber[number];
  // A number we know says more than its `error`; where neither says anything, the person has to look it up.
  const meaning: Meaning = { ...(family ?? otherwise), ...hint };
  const facts = {
    api: 'login',
    status,
    tenant: tenantId,
    error: /^[a-z_]{1,40}$/.test(error) ? error : 'other',
    ...(number === undefined ? {} : { aadsts: number }),
    ...(traceId !== undefined && /^[\w-]{1,64}$/.test(traceId) ? { traceId } : {}),
  };
  const options =
    meaning.retryAfterMs === undefined ? { facts } : { facts, retryAfterMs: meaning.retryAfterMs };
  return {
    error: new AppError(meaning.code, meaning.recovery ?? 'pause-source', meaning.message, options),
    again: meaning.again === true,
  };
}
