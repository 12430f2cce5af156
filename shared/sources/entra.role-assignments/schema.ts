import { keyedRecord } from '../_kit/keyed-record.ts';

/** What tells one record from another: its id, or what it assigns to whom. */
export const keys = [['id'], ['principalId', 'roleDefinitionId', 'directoryScopeId']] as const;

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'principalId', 'principalIds', 'roleDefinitionId', 'directoryScopeId', 'appScopeId', 'principal', 'status', 'createdBy', 'roleDefinition', 'startDateTime',
  'endDateTime', 'createdDateTime', 'modifiedDateTime', 'assignmentType', 'memberType', 'roleAssignmentOriginId',
  'roleAssignmentScheduleId', 'roleEligibilityScheduleId', 'displayName', 'description', 'isBuiltIn', 'templateId',
  'roleTemplateId', 'rolePermissions', 'scheduleInfo', 'action', 'justification', 'directoryScope', 'appScope',
] as const; // prettier-ignore

/** Of neighbours: assignments over several scopes, those in groups, and those of the API before this one. */
type FurtherFields =
  | 'directoryScopeIds'
  | 'appScopeIds'
  | 'subjectId'
  | 'assignmentState'
  | 'targetScheduleId'
  | 'accessId'
  | 'groupId'
  | 'group'
  | '@odata.type';

/** A role assignment, schedule or eligibility, or a role, as Graph sends it. */
export type RoleRecord = { readonly id?: unknown } & {
  readonly [Field in (typeof optionalFields)[number] | FurtherFields]?: unknown;
};

export const roleRecordSchema = keyedRecord<RoleRecord>(...keys);
