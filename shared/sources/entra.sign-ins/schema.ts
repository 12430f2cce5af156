import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'userId', 'userDisplayName', 'userPrincipalName', 'signInIdentifier', 'userType', 'appId', 'appDisplayName', 'resourceId',
  'resourceDisplayName', 'ipAddress', 'ipAddressFromResourceProvider', 'clientAppUsed', 'userAgent', 'correlationId',
  'isInteractive', 'appliedConditionalAccessPolicies', 'status', 'result', 'deviceDetail', 'location',
  'riskLevelDuringSignIn', 'riskLevelAggregated', 'riskState', 'riskEventTypes_v2', 'servicePrincipalId',
  'servicePrincipalName', 'signInEventTypes', 'authenticationRequirement', 'flaggedForReview', 'managedIdentityType',
  'managedServiceIdentity', 'azureResourceId', 'resultType', 'resultDescription', 'authenticationDetails', 'conditionalAccessStatus',
  'conditionalAccessPolicies', 'locationDetails', 'resourceIdentity', 'authenticationProtocol', 'originalTransferMethod',
  'category', 'crossTenantAccessType',
] as const; // prettier-ignore

/** Of rows of a table: the time a query kept where it left out the record's, and their spelling of what was detected. */
type OfRows = 'timeGenerated' | 'riskEventTypes_V2';

/** A signIn as Graph sends it, of v1.0 or beta. Only a time is indispensable. */
export type SignIn = { readonly createdDateTime?: unknown } & {
  readonly [Field in (typeof optionalFields)[number] | OfRows]?: unknown;
};

export const signInSchema = openRecord<SignIn>('createdDateTime', 'timeGenerated');
