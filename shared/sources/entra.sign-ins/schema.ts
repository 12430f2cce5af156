import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'userId', 'userDisplayName', 'userPrincipalName', 'signInIdentifier', 'userType', 'appId', 'appDisplayName', 'resourceId',
  'resourceDisplayName', 'ipAddress', 'ipAddressFromResourceProvider', 'clientAppUsed', 'userAgent', 'correlationId',
  'isInteractive', 'appliedConditionalAccessPolicies', 'status', 'result', 'deviceDetail', 'location',
  'riskLevelDuringSignIn', 'riskLevelAggregated', 'riskState', 'riskEventTypes_v2', 'riskEventTypes_V2', 'servicePrincipalId',
  'servicePrincipalName', 'signInEventTypes', 'authenticationRequirement', 'flaggedForReview', 'managedIdentityType',
  'managedServiceIdentity', 'azureResourceId', 'resultType', 'resultDescription', 'authenticationDetails', 'conditionalAccessStatus',
  'conditionalAccessPolicies', 'locationDetails', 'resourceIdentity', 'authenticationProtocol', 'originalTransferMethod',
  'category',
] as const; // prettier-ignore

/** A signIn as Graph sends it, of v1.0 or beta. Only the time is indispensable; rows of a query may have the table's alone. */
export type SignIn = { readonly createdDateTime?: unknown; readonly timeGenerated?: unknown } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const signInSchema = openRecord<SignIn>('createdDateTime', 'timeGenerated');
