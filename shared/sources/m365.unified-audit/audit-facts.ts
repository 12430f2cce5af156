import { unpacked } from '../_kit/json-in-string.ts';
import { namedValues } from '../_kit/named-values.ts';
import { fields, firstWord, integer, word, type Fields } from '../_kit/reading.ts';
import { familyOfWorkload, recordTypeOf, type Family } from './record-types.ts';
import type { UnifiedAudit } from './schema.ts';

type Values = ReadonlyMap<string, unknown>;

/** A record with what several parts of the mapping need of it. The maps are made when first asked for. */
export interface AuditFacts {
  readonly record: UnifiedAudit;
  readonly operation: string;
  readonly family: Family;
  /** `SharePointFileOperation`, or `record type 412` for one in no table, or the workload. */
  readonly type: string;
  /** Arguments of a command, by lower-case name. */
  readonly parameters: () => Values;
  /** ExtendedProperties, by lower-case name. */
  readonly extended: () => Values;
  /** PropertyCollection of Power Platform, by lower-case name. */
  readonly properties: () => Values;
  /** What an alert or investigation holds as JSON in a string; null for all else. */
  readonly data: () => Fields | null;
  /** Properties of the app that acted for the user. */
  readonly access: Fields | null;
}

export function auditFacts(record: UnifiedAudit): AuditFacts {
  const number = integer(record.RecordType);
  const named = number ?? word(record.RecordType);
  const known = named === null ? null : recordTypeOf(named);
  const workload = word(record.Workload);
  const type = known?.name ?? (named === null ? (workload ?? 'unknown type') : `record type ${named}`);
  const said = firstWord(record.Operation, record.Activity, record.Name);
  return {
    record,
    // Entra ends its operations with a full stop here, and without one in Graph.
    operation: said === null ? type : withoutStop(said),
    family: known?.family ?? familyOf(record, workload, said),
    type,
    parameters: once(() => parametersOf(record.Parameters)),
    extended: once(() => namedValues(record.ExtendedProperties, 'Name', 'Value')),
    properties: once(() => namedValues(record.PropertyCollection, 'Name', 'Value')),
    data: once(() => fields(unpacked(record.Data))),
    access: fields(record.AppAccessContext),
  };
}

const withoutStop = (operation: string): string =>
  operation.length > 1 && operation.endsWith('.') ? operation.slice(0, -1) : operation;

function familyOf(record: UnifiedAudit, workload: string | null, operation: string | null): Family {
  if (record.MailboxOwnerUPN !== undefined || record.MailboxGuid !== undefined) return 'mailbox';
  if (record.PolicyDetails !== undefined || /^dlp/i.test(operation ?? '')) return 'dlp';
  if (record.AlertId !== undefined) return 'alert';
  const family = workload === null ? familyOfOperation(operation) : familyOfWorkload(workload);
  if (family === 'directory' && isSignIn.test(operation ?? '')) return 'logon';
  // Exchange's commands have a hyphen; without one it is what was done in a mailbox.
  return family === 'admin' && operation?.includes('-') === false ? 'mailbox' : family;
}

const isSignIn = /^UserLog(gedIn|inFailed)$/;

/** Excerpts keep neither type nor service; the commonest operations are told all the same. */
const familyOfOperation = (operation: string | null): Family =>
  isSignIn.test(operation ?? '')
    ? 'logon'
    : /^(File|Folder(?!Bind))[A-Z]/.test(operation ?? '')
      ? 'file'
      : 'other';

const argument = /-(\w+)(?::|\s+)(?:"([^"]*)"|'([^']*)'|(\S+))/g;

/** Exchange sends a list of names and values; the compliance center one line as it was typed. */
function parametersOf(value: unknown): Values {
  if (typeof value !== 'string' || !value.trimStart().startsWith('-'))
    return namedValues(value, 'Name', 'Value');
  const found = new Map<string, unknown>();
  for (const [, name = '', double, single, bare] of value.matchAll(argument)) {
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), double ?? single ?? bare);
  }
  return found;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
