import type { Principal } from './cast.ts';
import type { Person } from './people.ts';
import { chance, guid, type Random } from './random.ts';
import type { Town } from './towns.ts';
import type { GraphVersion } from './world.ts';

export type SignInKind = 'interactive' | 'nonInteractive' | 'servicePrincipal' | 'managedIdentity';

/** What one sign-in says. */
export interface SignInFacts {
  readonly kind: SignInKind;
  readonly time: number;
  /** A person, or an application of its own. */
  readonly who: { readonly person: Person } | { readonly principal: Principal };
  readonly ip: string;
  readonly town: Town | null;
  readonly client: string;
  readonly resource: string;
  readonly clientAppUsed: string;
  readonly agent: string;
  readonly device: string;
  /** 0 is success. */
  readonly error: number;
  readonly reason: string;
  /** What satisfied it, or nothing. */
  readonly detail: string | null;
  readonly multiFactor: boolean;
  readonly risk: 'none' | 'low' | 'medium' | 'high';
  readonly riskTypes: readonly string[];
  /** `policy → result`. */
  readonly policies: readonly (readonly [name: string, result: string])[];
}

const eventTypes: Readonly<Record<SignInKind, string>> = {
  interactive: 'interactiveUser',
  nonInteractive: 'nonInteractiveUser',
  servicePrincipal: 'servicePrincipal',
  managedIdentity: 'managedIdentity',
};
const resources: Readonly<Record<string, string>> = {
  'Microsoft Graph': '00000003-0000-0000-c000-000000000000',
};

const text = (value: string | null): string => JSON.stringify(value);

/** A signIn as Graph sends it: in beta with more to tell. `r` gives the ids. */
export function signInJson(r: Random, facts: SignInFacts, version: GraphVersion = 'beta'): string {
  const id = guid(r);
  const correlation = guid(r);
  const clientId = guid(r);
  const resourceId = resources[facts.resource] ?? guid(r);
  const person = 'person' in facts.who ? facts.who.person : null;
  const principal = 'principal' in facts.who ? facts.who.principal : null;
  const { town } = facts;
  const risky = facts.risk !== 'none';
  const common =
    `{"id":"${id}","createdDateTime":"${new Date(facts.time).toISOString().slice(0, 19)}Z",` +
    `"userDisplayName":${person === null ? 'null' : person.nameJson},"userPrincipalName":${text(person?.address ?? null)},` +
    `"userId":"${person?.id ?? ''}","appId":"${principal?.appId ?? clientId}","appDisplayName":${text(facts.client)},` +
    `"ipAddress":"${facts.ip}","clientAppUsed":"${facts.clientAppUsed}","correlationId":"${correlation}",` +
    `"conditionalAccessStatus":"${conditional(facts)}","isInteractive":${facts.kind === 'interactive'},"riskDetail":"none",` +
    `"riskLevelAggregated":"${facts.risk}","riskLevelDuringSignIn":"${facts.risk}","riskState":"${risky ? 'atRisk' : 'none'}",` +
    `"riskEventTypes":[],"riskEventTypes_v2":${JSON.stringify(facts.riskTypes)},"resourceDisplayName":${text(facts.resource)},` +
    `"resourceId":"${resourceId}","servicePrincipalId":"${principal?.id ?? ''}","servicePrincipalName":${text(principal?.name ?? null)},` +
    `"status":{"errorCode":${facts.error},"failureReason":${text(facts.error === 0 ? 'Other.' : facts.reason)},"additionalDetails":${text(facts.detail)}},` +
    `"deviceDetail":{"deviceId":"","displayName":"${facts.device}","operatingSystem":"${system(facts.agent)}","browser":"${person === null ? '' : 'Demo 131.0'}","isCompliant":${facts.device !== ''},"isManaged":${facts.device !== ''},"trustType":"${facts.device === '' ? '' : 'Azure AD joined'}"},` +
    `"location":{"city":${text(town?.city ?? '')},"state":${text(town?.state ?? '')},"countryOrRegion":"${town?.country ?? ''}","geoCoordinates":{"altitude":null,"latitude":${town?.latitude ?? 'null'},"longitude":${town?.longitude ?? 'null'}}},` +
    `"appliedConditionalAccessPolicies":[${facts.policies.map(policyJson).join(',')}]`;
  return version === 'v1.0' ? `${common}}` : `${common}${betaJson(r, facts, id, person !== null)}}`;
}

/** What only beta tells. */
function betaJson(r: Random, facts: SignInFacts, id: string, isPerson: boolean): string {
  const at = new Date(facts.time).toISOString().slice(0, 19);
  const step = (method: string, worked: boolean, need: string): string =>
    `{"authenticationStepDateTime":"${at}Z","authenticationMethod":"${method}","authenticationMethodDetail":null,"succeeded":${worked},` +
    `"authenticationStepResultDetail":null,"authenticationStepRequirement":"${need}"}`;
  const worked = facts.error === 0;
  const steps = !isPerson
    ? ''
    : `${step('Password', worked || facts.error === 50_074, 'Primary authentication')}` +
      (facts.multiFactor ? `,${step('Mobile app notification', worked, 'Multi-factor authentication')}` : '');
  const managed =
    facts.kind === 'managedIdentity'
      ? `{"msiType":"systemAssigned","associatedResourceId":"/subscriptions/${guid(r)}/resourceGroups/demo/providers/Microsoft.Compute/virtualMachines/${facts.client}"}`
      : 'null';
  return (
    `,"signInEventTypes":["${eventTypes[facts.kind]}"],"userAgent":${text(facts.agent)},"userType":${isPerson ? '"member"' : 'null'},` +
    `"authenticationRequirement":"${facts.multiFactor ? 'multiFactorAuthentication' : 'singleFactorAuthentication'}",` +
    `"authenticationDetails":[${steps}],"clientCredentialType":"${isPerson ? 'none' : 'clientSecret'}","managedServiceIdentity":${managed},` +
    `"crossTenantAccessType":"none","flaggedForReview":false,"originalRequestId":"${id}","processingTimeInMilliseconds":${80 + (facts.time % 400)},` +
    `"tokenIssuerType":"AzureAD","uniqueTokenIdentifier":"${guid(r).slice(0, 22)}","incomingTokenType":"${chance(r, 0.5) ? 'refreshToken' : 'none'}"`
  );
}

const conditional = ({ policies }: SignInFacts): string =>
  policies.some(([, result]) => result === 'failure')
    ? 'failure'
    : policies.some(([, result]) => result === 'success')
      ? 'success'
      : 'notApplied';

const policyIds: Readonly<Record<string, string>> = {
  'Require MFA - all users': '6e0c5f13-0000-4000-8000-5d2f6b1a7e90',
  'Block countries without an office': '6e0c5f13-0000-4000-8000-5d2f6b1a7e91',
};
const policyJson = ([name, result]: readonly [string, string]): string =>
  `{"id":"${policyIds[name] ?? ''}","displayName":${text(name)},"enforcedGrantControls":["${name.startsWith('Block') ? 'Block' : 'Mfa'}"],"enforcedSessionControls":[],"result":"${result}"}`;

function system(agent: string): string {
  if (agent.includes('Windows')) return 'Windows10';
  if (agent.includes('iPhone')) return 'Ios 18';
  if (agent.includes('Macintosh')) return 'MacOs';
  return agent.includes('Linux') ? 'Linux' : '';
}
