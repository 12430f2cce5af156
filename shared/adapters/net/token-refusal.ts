import { z } from 'zod';
import { AppError, type ErrorCode, type Recovery } from '../../kernel/errors.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly recovery?: Recovery;
  readonly retryAfterMs?: number;
  /** A fault of the moment, worth a second try. */
  readonly again?: boolean;
}

const consent =
  'The app is not in this tenant. Have an admin of the tenant open the consent link and accept it, then check the readiness page.';

/** By AADSTS number, for the sentence: Microsoft may change numbers, so `error` decides where one is unknown. */
const byNumber: Readonly<Record<number, Meaning>> = {
  7000215: {
    code: 'provider.unauthorized',
    message:
      "The client secret is wrong. Set it to the secret's value (not its id) of this app registration, as the app registration's page shows it once.",
  },
  7000222: {
    code: 'provider.unauthorized',
    message: 'The client secret has expired. Create a new one in the app registration and set it here.',
  },
  7000218: {
    code: 'provider.unauthorized',
    message: 'No client secret was sent. Set the secret of the app registration.',
  },
  700027: {
    code: 'provider.unauthorized',
    message:
      "The app's signed assertion is refused. Check its certificate or federated credential in the app registration, and this machine's clock.",
  },
  700016: { code: 'provider.refused', message: consent },
  65001: { code: 'provider.refused', message: consent },
  650051: {
    code: 'provider.refused',
    message: 'The app has just been consented to and is not ready in the tenant yet. It is tried again.',
    recovery: 'retry-later',
    retryAfterMs: 30_000,
  },
  7000112: {
    code: 'provider.refused',
    message:
      'The app is disabled in this tenant. Have an admin enable it under Enterprise applications, or retire the tenant here.',
  },
  90002: {
    code: 'provider.refused',
    message:
      'The sign-in service does not know this tenant. Check the tenant id, and that HOLDFAST_LOGIN_URL is its cloud.',
  },
  5000224: {
    code: 'provider.refused',
    message: 'The tenant has been deleted at Microsoft. Retire it here: what was collected stays.',
  },
  900023: {
    code: 'provider.refused',
    message: 'The tenant cannot be used at Microsoft. Check the tenant id, or retire the tenant here.',
  },
  53003: {
    code: 'provider.refused',
    message:
      "The tenant's Conditional Access blocks the app. Have an admin exempt this workload identity or allow the address it comes from.",
  },
  500011: {
    code: 'provider.not-provisioned',
    message:
      'The tenant has no service principal of this API. Have an admin of the tenant consent again, which creates it.',
  },
  1002012: {
    code: 'config.invalid',
    message: 'The scope asked for is not one. Check the API addresses in the settings.',
  },
};

const byError: Readonly<Record<string, Meaning>> = {
  invalid_client: {
    code: 'provider.unauthorized',
    message: "The app's credential is refused. Check the client id and its secret.",
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

const said = (hint: Meaning | undefined): { message?: string } =>
  hint === undefined ? {} : { message: hint.message };

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
  // `error` says what it is and the number chooses the sentence; where `error` says nothing, the number must do.
  const meaning: Meaning = family === undefined ? (hint ?? otherwise) : { ...hint, ...family, ...said(hint) };
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
