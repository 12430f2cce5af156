import { keyedRecord } from '../_kit/keyed-record.ts';

/** One row a user. */
export const keys = [['id'], ['userPrincipalName']] as const;

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'userPrincipalName', 'userDisplayName', 'userType', 'isAdmin', 'isMfaRegistered', 'isMfaCapable',
  'isPasswordlessCapable', 'methodsRegistered', 'authMethods', 'defaultMfaMethod', 'userPreferredMethodForSecondaryAuthentication',
  'lastUpdatedDateTime',
] as const; // prettier-ignore

/** A userRegistrationDetails row as Graph sends it. */
export type RegistrationRow = { readonly id?: unknown } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const registrationRowSchema = keyedRecord<RegistrationRow>(...keys);
