import type { Site } from '../site.ts';
import { operatorTenant } from './directory.ts';
import { refuse, type EntraRefusal } from './entra-error.ts';
import { issuerOf } from './issue-token.ts';
import { readJwt, type Claims } from './jwt.ts';
import { exchangeApplication, exchangeResource } from './managed-identities.ts';

/** What Graph keeps as `federatedIdentityCredential` of an application. */
export interface FederatedCredential {
  /** `{login}/{tenant}/v2.0`, letter for letter. */
  readonly issuer: string;
  /** The principal id of the identity. */
  readonly subject: string;
  readonly audiences: readonly string[];
}

export interface FederatedCredentials {
  /** Throws for what Graph would not take. A wrong issuer or subject it takes: those fail at the exchange. */
  add(clientId: string, credential: FederatedCredential): void;
  remove(clientId: string): void;
  of(clientId: string): readonly FederatedCredential[];
}

/** Graph keeps no more for one application. */
const most = 20;

export function federatedCredentials(): FederatedCredentials {
  const kept = new Map<string, readonly FederatedCredential[]>();
  const of = (clientId: string): readonly FederatedCredential[] => kept.get(clientId.toLowerCase()) ?? [];
  return {
    of,
    add(clientId, credential) {
      const { issuer, subject, audiences } = credential;
      const known = of(clientId);
      if (known.length >= most) throw new Error(`An application has at most ${most} federated credentials.`);
      if (!URL.canParse(issuer) || subject === '') throw new Error('issuer must be a URL, subject a text.');
      // The id of the exchange's application stands in tokens, never here.
      if (audiences.length !== 1 || !/^api:\/\/\S+$/.test(audiences[0] ?? '')) {
        throw new Error(`audiences must be one address: ["${exchangeResource}"].`);
      }
      if (known.some(one => one.issuer === issuer && one.subject === subject)) {
        throw new Error('There is a federated credential with this issuer and subject already.');
      }
      kept.set(clientId.toLowerCase(), [...known, credential]);
    },
    remove: clientId => void kept.delete(clientId.toLowerCase()),
  };
}

/**
 * Why a token of another issuer does not prove that its bearer is the application; null when it does. First what the
 * application has on record (of several mistakes the issuer's is told, then the subject's: the order is ours, Entra's
 * is not documented), then the signature, then the time.
 */
export function federatedRefusal(
  site: Site,
  client: { readonly clientId: string; readonly name: string },
  assertion: string,
): EntraRefusal | null {
  const jwt = readJwt(assertion);
  if (jwt === null) return refuse.assertionBad('It is not a signed JWT.');
  const { claims } = jwt;
  const records = site.federated.of(client.clientId);
  if (records.length === 0) return refuse.noFederatedCredential(client.name);
  const unmatched = recordRefusal(records, claims);
  if (unmatched !== null) return unmatched;
  const issuer = String(claims['iss']);
  // An identity proves only applications registered in its own tenant, whoever else they are used for.
  if (issuer !== issuerOf(site, operatorTenant.id)) return refuse.issuerElsewhere(issuer);
  const kid = String(jwt.header['kid']);
  if (!site.keys.published().keys.some(key => key['kid'] === kid)) return refuse.federatedKeyUnknown(kid, issuer); // prettier-ignore
  if (site.keys.verify(assertion) === null) return refuse.assertionBad('Its signature is invalid.');
  return timeRefusal(site, claims);
}

function recordRefusal(records: readonly FederatedCredential[], claims: Claims): EntraRefusal | null {
  const [iss, sub, aud] = ['iss', 'sub', 'aud'].map(name => String(claims[name])) as [string, string, string];
  const issued = records.filter(({ issuer }) => issuer === iss);
  if (issued.length === 0) return refuse.noFederatedMatch(700211, 'issuer', iss);
  const about = issued.filter(({ subject }) => subject === sub);
  if (about.length === 0) {
    const nearly = issued.some(({ subject }) => subject.toLowerCase() === sub.toLowerCase());
    return nearly ? refuse.subjectCaseDiffers(sub) : refuse.noFederatedMatch(700213, 'subject', sub);
  }
  const meant = aud === exchangeApplication ? exchangeResource : aud;
  return about.some(({ audiences }) => audiences.includes(meant))
    ? null
    : refuse.noFederatedMatch(700212, 'audience', aud);
}

function timeRefusal(site: Site, claims: Claims): EntraRefusal | null {
  const now = site.clock.base() / 1_000;
  const [from, to] = [Number(claims['nbf'] ?? 0), Number(claims['exp'] ?? 0)];
  return to > now && from <= now + 300 ? null : refuse.assertionOutOfTime(now, from, to);
}
