import type { AppError } from '../kernel/errors.ts';
import type { Facts } from './api-deps.ts';

/** The WWW-Authenticate of a refusal (RFC 6750), and where a client finds the sign-in; null for other errors. */
export function challenge(error: AppError, facts: Facts): string | null {
  const where = [
    'Bearer realm="holdfast"',
    `authorization_uri="${facts.loginUrl}/organizations/oauth2/v2.0/authorize"`,
    `client_id="${facts.clientId}"`,
  ];
  if (error.code === 'auth.missing') return where.join(', ');
  if (error.code === 'auth.invalid') return [...where, 'error="invalid_token"', described(error)].join(', ');
  if (error.code === 'auth.denied')
    return [...where, 'error="insufficient_scope"', described(error)].join(', ');
  return null;
}

/** A quoted string holds ASCII without quotes and backslashes (RFC 6750 section 3). */
function described(error: AppError): string {
  const text = error.message.replaceAll('’', "'").replaceAll(/[^\x20-\x7e]|["\\]/g, '');
  return `error_description="${text}"`;
}
