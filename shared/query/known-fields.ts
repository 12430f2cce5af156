import { nearestWord } from '../kernel/nearest-word.ts';
import { queryFields, type QueryField } from '../model/query.ts';

const names = Object.keys(queryFields) as QueryField[];
const byLowerCase = new Map(names.map(name => [name.toLowerCase(), name]));

/** What people type for a field of ours. Suggested, never silently taken. */
const alsoCalled: Readonly<Record<string, QueryField>> = {
  user: 'actor', username: 'actor', upn: 'actor', account: 'actor', who: 'actor', object: 'target', resource: 'target',
  from: 'sender', to: 'recipient', cc: 'recipient', result: 'outcome', success: 'outcome', level: 'severity',
  date: 'time', timestamp: 'time', when: 'time', service: 'source', workload: 'source', action: 'operation',
  activity: 'operation', event: 'operation', address: 'ip', clientip: 'ip', ipaddress: 'ip', agent: 'userAgent',
  application: 'app', client: 'app', title: 'subject', state: 'status', location: 'country', message: 'messageId',
  correlation: 'correlationId', text: 'summary', type: 'category', host: 'device', computer: 'device',
}; // prettier-ignore

/** The field of that name, in whatever case it is written. */
export const fieldNamed = (name: string): QueryField | null => byLowerCase.get(name.toLowerCase()) ?? null;

/** A sentence for a name that is no field: the nearest one, and all there are. */
export function unknownField(name: string): string {
  const meant = nearest(name.toLowerCase());
  const hint = meant === null ? '' : ` Did you mean '${meant}'?`;
  return `is not a field.${hint} Fields: ${names.join(', ')}. To search for the text itself, put it in quotes`;
}

function nearest(name: string): QueryField | null {
  const synonym = Object.hasOwn(alsoCalled, name) ? alsoCalled[name] : undefined;
  return synonym ?? nearestWord(name, names);
}
