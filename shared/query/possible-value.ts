import { isEventId } from '../kernel/hash.ts';
import { parseIp } from '../kernel/ip-address.ts';
import { nearestWord } from '../kernel/nearest-word.ts';
import { wordTable } from '../kernel/word-table.ts';
import { isTenantId } from '../model/ids.ts';
import { closedValues, type QueryField } from '../model/query.ts';
import { keyword } from './fold.ts';

/** What people call a value of ours. */
const alsoCalled = wordTable({
  succeeded: 'success', ok: 'success', true: 'success', passed: 'success', fail: 'failure', failed: 'failure',
  error: 'failure', false: 'failure', partiallysucceeded: 'partial',
}); // prettier-ignore

/** The value people mean by another word for it, or the word itself. */
export const meantValue = (word: string): string => alsoCalled[word.toLowerCase()] ?? word;

interface Form {
  /** What a value is, after "expected". */
  readonly says: string;
  /** What the beginning of one is. */
  readonly saysBeginning: string;
  readonly whole: (text: string) => boolean;
  readonly beginning: RegExp;
}

/** Fields whose values have a form. Values are compared folded, so capitals do. */
const forms: Readonly<Partial<Record<QueryField, Form>>> = {
  ip: {
    says: 'an IP address such as 198.51.100.7 or 2001:db8::7, or a network such as 10.0.0.0/8',
    saysBeginning: 'the beginning of an IP address as events have it: 198.51.* or 2001:db8:*',
    whole: text => parseIp(text) !== null,
    beginning: /^(?:[0-9.]+|[0-9a-f:]+)$/,
  },
  id: {
    says: 'an event id: a day and 40 hexadecimal digits, or its beginning and a *',
    saysBeginning: 'the beginning of an event id: 20261005-1f3a*',
    whole: isEventId,
    beginning: /^(?:\d{1,8}|\d{8}-[0-9a-f]{0,40})$/,
  },
  tenant: {
    says: 'a tenant id: a GUID such as 3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77',
    saysBeginning: 'the beginning of a tenant id, which is a GUID: 3f3d8b1c*',
    whole: isTenantId,
    beginning: /^[0-9a-f-]{1,36}$/,
  },
  // Which sources there are is not for us to know: an archive outlives them.
  source: {
    says: 'a source id such as entra.directory-audits, or its beginning and a *',
    saysBeginning: 'the beginning of a source id: entra.*',
    whole: text => /^[a-z0-9]+\.[a-z0-9-]+$/.test(text),
    beginning: /^[a-z0-9]+(?:\.[a-z0-9-]*)?$/,
  },
};

/**
 * What had to be written where no event whatever can have the value (or, with `prefix`, one that begins so); null
 * where one can. An answer of nothing would be taken for one about the events.
 */
export function impossibleValue(field: QueryField, value: string, prefix: boolean): string | null {
  const text = keyword(value);
  const form = forms[field];
  if (form !== undefined) {
    if (prefix) return form.beginning.test(text) ? null : form.saysBeginning;
    return form.whole(text) ? null : form.says;
  }
  const closed = closedValues[field];
  if (closed === undefined || closed.some(one => (prefix ? one.startsWith(text) : one === text))) return null;
  const list = `one of ${closed.join(', ')}`;
  if (prefix) return `the beginning of ${list}`;
  const meant = nearestWord(meantValue(text), closed);
  return meant === null ? list : `${list}; did you mean '${meant}'?`;
}
