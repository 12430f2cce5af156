import { isGuid } from '../seeded.ts';
import type { Site } from '../site.ts';
import { operatorTenant, productIdentity, type ManagedIdentity } from './directory.ts';
import { issuerOf, lifetimeClaims } from './issue-token.ts';
import type { Claims } from './jwt.ts';
import { signFlawed, type TokenFlaw } from './mint-token.ts';

/** What a token for an application's federated credential is asked for, and the application id that says so in it. */
export const exchangeResource = 'api://AzureADTokenExchange';
export const exchangeApplication = 'fb60f99c-7a34-4190-8149-302f77469936';

/** Tokens of an identity live for a day. */
const usualSeconds = 86_399;
/** The platform answers with the token it has, until shortly before its end. */
const marginSeconds = 300;

export interface IdentityRequest extends Pick<ManagedIdentity, 'clientId'> {
  /** Default: the one it has, or one of its own. */
  readonly principalId?: string;
  /** How long its tokens live from now on. Default: a day, as at Azure. */
  readonly lifetimeSeconds?: number;
  /** What is wrong with its tokens for the exchange from now on. */
  readonly flaw?: TokenFlaw;
}

export interface IdentityToken {
  readonly token: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly expiresOn: number;
}

/** The user-assigned identities of the operator's subscription, and the tokens the platform gives for them. */
export interface ManagedIdentities {
  /** Creates one, or changes it; its tokens so far are forgotten. Throws for ids that are none. */
  set(request: IdentityRequest): ManagedIdentity;
  find(clientId: string): ManagedIdentity | null;
  /** The same token as before, while that lasts. Throws for an identity there is not. */
  token(site: Site, clientId: string, resource: string): IdentityToken;
}

type Known = ManagedIdentity & Pick<IdentityRequest, 'lifetimeSeconds' | 'flaw'>;

export function managedIdentities(): ManagedIdentities {
  const identities = new Map<string, Known>([[productIdentity.clientId, productIdentity]]);
  const tokens = new Map<string, IdentityToken>();
  return {
    set({ clientId, principalId, ...how }) {
      const id = clientId.toLowerCase();
      const principal = principalId ?? identities.get(id)?.principalId ?? id;
      if (!isGuid(id) || !isGuid(principal)) throw new Error('An identity needs GUIDs.');
      const identity = { clientId: id, principalId: principal, ...how };
      identities.set(id, identity);
      for (const key of tokens.keys()) if (key.startsWith(id)) tokens.delete(key);
      return { clientId: id, principalId: principal };
    },
    find: clientId => identities.get(clientId.toLowerCase()) ?? null,
    token(site, clientId, resource) {
      const identity = identities.get(clientId.toLowerCase());
      if (identity === undefined) throw new Error('There is no such identity.');
      const key = `${identity.clientId} ${resource}`;
      const now = Math.floor(site.clock.base() / 1_000);
      const kept = tokens.get(key);
      if (kept !== undefined && kept.expiresOn - marginSeconds > now) return kept;
      const expiresOn = now + (identity.lifetimeSeconds ?? usualSeconds);
      const claims = { ...claimsOf(site, identity, resource), exp: expiresOn };
      const token = identity.flaw === undefined || resource !== exchangeResource ? site.keys.sign(claims) : signFlawed(site, claims, identity.flaw); // prettier-ignore
      const made = { token, notBefore: now, expiresOn };
      tokens.set(key, made);
      return made;
    },
  };
}

/** Version 2.0 for the exchange, version 1.0 for Azure's services; the subject is the identity's principal. */
function claimsOf(site: Site, { clientId, principalId }: ManagedIdentity, resource: string): Claims {
  const tenant = operatorTenant.id;
  const shared = {
    ...lifetimeClaims(site),
    idtyp: 'app',
    oid: principalId,
    sub: principalId,
    tid: tenant,
    uti: site.nextId(),
  };
  if (resource === exchangeResource) {
    const aud = exchangeApplication;
    return { aud, iss: issuerOf(site, tenant), ...shared, azp: clientId, azpacr: '2', ver: '2.0' };
  }
  const iss = `https://sts.windows.net/${tenant}/`;
  return { aud: resource, iss, ...shared, appid: clientId, appidacr: '2', ver: '1.0' };
}
