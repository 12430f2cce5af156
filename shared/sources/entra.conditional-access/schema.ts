import { keyedRecord } from '../_kit/keyed-record.ts';

/** What tells one record from another; exported policies sometimes come without their id. */
export const keys = [['id'], ['displayName']] as const;

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'displayName', 'state', 'createdDateTime', 'modifiedDateTime', 'conditions', 'grantControls', 'sessionControls',
  'ipRanges', 'isTrusted', 'countriesAndRegions', '@odata.type',
] as const; // prettier-ignore

/** A conditional access policy or a named location as Graph sends it. */
export type PolicyRecord = { readonly id?: unknown } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const policyRecordSchema = keyedRecord<PolicyRecord>(...keys);
