import type { ErrorCode, Recovery } from '../../kernel/errors.ts';

/** What a refusal of the token endpoint means for whoever runs the product. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly recovery?: Recovery;
  readonly retryAfterMs?: number;
  /** A fault of the moment, worth a second try. */
  readonly again?: boolean;
}

export const consent =
  'The app is not in this tenant. Have an admin of the tenant open the consent link and accept it, then check the readiness page.';

const setIssuer =
  'The app registration’s federated credential names another issuer than the managed identity’s token has. Run infra/register-apps.sh again, or set its issuer to https://login.microsoftonline.com/<tenant id>/v2.0 with the tenant of the identity; a change takes some minutes to be known everywhere.';
const setSubject =
  'The app registration’s federated credential names another identity. Set its subject, letter for letter, to the principal id (not the client id) of the identity that HOLDFAST_IDENTITY_CLIENT_ID means, or run infra/register-apps.sh again; a change takes some minutes to be known everywhere.';
const setAudience =
  'The app registration’s federated credential has another audience. Set it to api://AzureADTokenExchange, or to your cloud’s own, or run infra/register-apps.sh again; a change takes some minutes to be known everywhere.';
const onlyIdentity =
  'The token that proves the app is no managed identity’s of its own tenant. Set HOLDFAST_IDENTITY_CLIENT_ID to the user-assigned identity that the federated credential of the app registration names.';

const credential = (message: string): Meaning => ({ code: 'provider.unauthorized', message });

/**
 * Refusals of a managed identity’s token in place of a secret. The long numbers are seen beside the short ones: for
 * a token of Entra’s own, for an expression in place of a subject, for a subject that differs in case only.
 */
const federated: Readonly<Record<number, Meaning>> = {
  70021: credential(
    'No federated credential of the app registration fits the managed identity. Compare its issuer, subject and audience with what infra/register-apps.sh --what-if shows, or run that script again; a change takes some minutes to be known everywhere.',
  ),
  70025: credential(
    'The app registration has no federated credential. Run infra/register-apps.sh, or add one for the managed identity; a new one takes some minutes to be known everywhere. Check HOLDFAST_PULL_CLIENT_ID too.',
  ),
  700211: credential(setIssuer),
  700212: credential(setAudience),
  7002121: credential(setAudience),
  700213: credential(setSubject),
  7002131: credential(setSubject),
  7002137: credential(setSubject),
  7002138: credential(setSubject),
  700222: credential(onlyIdentity),
  700226: credential(onlyIdentity),
  700227: credential(setIssuer),
  700236: credential(
    'The app registration is in another tenant than the managed identity, which can prove only apps of its own. Register the multi-tenant app in the identity’s tenant with infra/register-apps.sh, set HOLDFAST_PULL_CLIENT_ID to it, and have customers consent to that one.',
  ),
  // Time mends these, or a clock: no connection pauses for them.
  700024: {
    code: 'provider.unauthorized',
    message:
      'The token that proves the app is outside its time. Check the clock of the machine; if that is right, restart the app, which then asks its identity for a new one. It is tried again.',
    recovery: 'retry-later',
  },
  7000272: {
    code: 'provider.unauthorized',
    message:
      'The sign-in service does not know the key that the managed identity’s token is signed with. Check that HOLDFAST_LOGIN_URL is the cloud the app runs in; if it is, restart the app, which then asks its identity for a new token. It is tried again.',
    recovery: 'retry-later',
  },
};

/** By AADSTS number. Microsoft may change numbers: `error` decides where one is unknown. */
export const byNumber: Readonly<Record<number, Meaning>> = {
  ...federated,
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
  // The same under a number that comes as `invalid_client`, where an application registered elsewhere proves itself.
  7000229: { code: 'provider.refused', message: consent },
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
