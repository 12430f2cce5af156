import { utcMilliseconds } from '../../shared/kernel/time.ts';

const dotnet = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;
const spelled =
  /^\s*(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([Zz]|UTC|GMT)|([+-])(\d{2}):?(\d{2}))?\s*$/;
/** Placeholders such as 0001-01-01 are no times: reaching back to them would make a provider remember 2,000 years. */
const earliest = Date.UTC(2000, 0, 1);

/**
 * Milliseconds of a time as collected records spell it: up to nine digits of fraction, a space instead of T, no
 * zone (then it is UTC), an offset, `/Date(ms)/`. Null for anything else, and for times before the year 2000.
 */
export function recordTime(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = dotnetTime(value) ?? spelledTime(value);
  return ms !== null && ms >= earliest ? ms : null;
}

function dotnetTime(text: string): number | null {
  const match = dotnet.exec(text);
  return match === null ? null : Number(match[1]);
}

function spelledTime(text: string): number | null {
  const m = spelled.exec(text);
  if (m === null) return null;
  const [, y, mo, d, h, mi, s = '0', fraction, , sign, oh, om] = m;
  const utc = utcMilliseconds(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s), fraction);
  if (utc === null || sign === undefined) return utc;
  const offset = (Number(oh) * 60 + Number(om)) * 60_000;
  return sign === '+' ? utc - offset : utc + offset;
}

const members: Readonly<Record<string, readonly string[]>> = {
  'entra.directory-audits': ['activitydatetime', 'createddatetime', 'time'],
  'entra.sign-ins': ['createddatetime'],
  'intune.audit-events': ['activitydatetime'],
  'defender.alerts': ['lastupdatedatetime', 'createddatetime'],
  'defender.incidents': ['lastupdatedatetime', 'lastupdatetime', 'createddatetime'],
  'exchange.message-trace': ['receiveddatetime', 'received', 'datetime'],
};

/** The time a record of a list sits at: the first of its time members that can be read. */
export function timeInRecord(source: string, record: object): number | null {
  for (const name of members[source] ?? []) {
    for (const [key, value] of Object.entries(record)) {
      const found = key.toLowerCase() === name ? recordTime(value) : null;
      if (found !== null) return found;
    }
  }
  return null;
}
