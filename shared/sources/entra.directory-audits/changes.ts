import type { Entity } from '../../model/event.ts';
import type { OperationClass } from '../_kit/entra-operation.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, list, word } from '../_kit/reading.ts';
import type { DirectoryAudit } from './schema.ts';

/** How a conditional access policy stood before, and how it stands: `enabled`, `disabled` or only reporting. */
export interface StateChange {
  readonly was: string;
  readonly is: string;
}

/** The change of a policy's state; null where there was none. The policy stands on both sides, whole, as JSON. */
export function policyState(record: DirectoryAudit): StateChange | null {
  for (const target of list(unpacked(record.targetResources))) {
    for (const property of list(unpacked(fields(target)?.['modifiedProperties']))) {
      const change = fields(property);
      if (change?.['displayName'] !== 'ConditionalAccessPolicy') continue;
      const was = word(fields(unpacked(change['oldValue']))?.['state']);
      const is = word(fields(unpacked(change['newValue']))?.['state']);
      if (was !== null && is !== null && was !== is) return { was, is };
    }
  }
  return null;
}

export const stateTold = ({ was, is }: StateChange): string => `; state ${was} → ${is}`;

/** What an application may do from now on, or no more, where a sentence of the first targets does not say it. */
export function permissionTold({ category, ocsf }: OperationClass, targets: readonly Entity[]): string {
  if (category !== 'application' || ocsf.class !== 3005 || targets.length < 3) return '';
  const names = targets
    .slice(1)
    .flatMap(({ kind, name }) => (kind === 'role' && name !== null ? [name] : []));
  return names.length === 0 ? '' : `; permission ${names.slice(0, 3).join(', ')}`;
}
