import type { Entity } from '../../model/event.ts';
import type { OperationClass } from '../_kit/entra-operation.ts';
import { differencesOf, tellDifferences } from '../_kit/difference.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { weakens } from '../_kit/policy-weakens.ts';
import { fields, flag, list } from '../_kit/reading.ts';
import { isAnnotation } from '../_kit/snapshot-change.ts';
import type { DirectoryAudit } from './schema.ts';

/** What somebody did to a conditional access policy, and whether it lets somebody through whom it stopped. */
export interface PolicyChange {
  readonly told: string;
  readonly isWeaker: boolean;
}

/**
 * The change of a policy that was and is, or a place that is trusted; null where nothing differs. What is changed stands
 * on both sides, whole, as JSON.
 */
export function policyChange(record: DirectoryAudit, operation: string): PolicyChange | null {
  const isOfPlace = /named location/i.test(operation);
  for (const target of list(unpacked(record.targetResources))) {
    for (const property of list(unpacked(fields(target)?.['modifiedProperties']))) {
      const change = fields(property);
      if (isOfPlace && flag(fields(unpacked(change?.['newValue']))?.['isTrusted']) === true)
        return { told: '; trusted', isWeaker: true };
      if (change?.['displayName'] !== 'ConditionalAccessPolicy') continue;
      const [was, is] = [fields(unpacked(change['oldValue'])), fields(unpacked(change['newValue']))];
      const differences = was === null || is === null ? [] : differencesOf(was, is, isNoChange);
      if (is === null || differences.length === 0) continue;
      return {
        told: `; ${tellDifferences(differences)}`,
        isWeaker: differences.some(one => weakens(one, is)),
      };
    }
  }
  return null;
}

/** When somebody saved it, and where an answer came from. */
const isNoChange = (path: string): boolean =>
  /(^|\.)(modified|created)DateTime$/.test(path) || isAnnotation(path);

/** What an application may do from now on, or no more, where a sentence of the first targets does not say it. */
export function permissionTold({ category, ocsf }: OperationClass, targets: readonly Entity[]): string {
  if (category !== 'application' || ocsf.class !== 3005 || targets.length < 3) return '';
  const names = targets
    .slice(1)
    .flatMap(({ kind, name }) => (kind === 'role' && name !== null ? [name] : []));
  return names.length === 0 ? '' : `; permission ${names.slice(0, 3).join(', ')}`;
}
