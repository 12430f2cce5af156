import { unpacked } from '../_kit/json-in-string.ts';
import { fields, list, word, type Fields } from '../_kit/reading.ts';

/**
 * A row of Intune's own log as the auditEvent it tells of; anything else is given back as it came. Diagnostic settings,
 * and the tables they fill, spell all of it otherwise than Graph, and number what Graph names: numbers are left out.
 */
export function fromLogRow(value: unknown): unknown {
  const row = fields(value);
  const held = fields(unpacked(row?.['properties'] ?? row?.['Properties']));
  const actor = fields(held?.['Actor']);
  if (row === null || held === null || actor === null) return value;
  const operation = row['operationName'] ?? row['OperationName'];
  const type = word(operation)?.split(' ').at(-1) ?? null;
  const names = list(held['TargetDisplayNames']);
  const changed = list(held['Targets']).map(fields);
  return {
    id: held['AuditEventId'],
    activityDateTime: row['time'] ?? row['TimeGenerated'],
    activityType: operation,
    activityResult: row['resultType'] ?? row['ResultType'],
    correlationId: row['correlationId'] ?? row['CorrelationId'],
    actor: {
      userId: actor['ObjectId'],
      userPrincipalName: actor['UPN'],
      servicePrincipalName: actor['Name'],
      applicationId: actor['Application'],
      applicationDisplayName: actor['ApplicationName'],
    },
    resources: list(held['TargetObjectIds']).map((resourceId, at) => ({
      resourceId,
      displayName: names[at],
      auditResourceType: type,
      modifiedProperties: list(changed[at]?.['ModifiedProperties']).map(asProperty),
    })),
  };
}

function asProperty(value: unknown): Fields {
  const change = fields(value);
  return { displayName: change?.['Name'], oldValue: change?.['Old'], newValue: change?.['New'] };
}
