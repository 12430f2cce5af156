import { AppError } from '../kernel/errors.ts';
import { parseNetwork, printNetwork } from '../kernel/ip-address.ts';
import { instant, type Instant, type Window } from '../kernel/time.ts';
import type { QueryField, QueryNode } from '../model/query.ts';
import { words } from './fold.ts';
import { parseQuery } from './parse.ts';
import { impossibleValue, meantValue } from './possible-value.ts';
import { maxClauses } from './reader.ts';
import { resolveTimes } from './resolve-times.ts';
import { timeForms, timeSpan } from './time-text.ts';

/** What a search may be asked with, beside paging and shape. Lists mean any of their values. */
export interface SearchParameters {
  readonly q?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly search?: string | undefined;
  readonly service?: string | readonly string[] | undefined;
  readonly actor?: string | readonly string[] | undefined;
  readonly operation?: string | readonly string[] | undefined;
  readonly result?: string | readonly string[] | undefined;
  readonly sender?: string | readonly string[] | undefined;
  readonly sender_contains?: string | readonly string[] | undefined;
  readonly recipient?: string | readonly string[] | undefined;
  readonly subject?: string | readonly string[] | undefined;
  readonly status?: string | readonly string[] | undefined;
  readonly direction?: string | readonly string[] | undefined;
  readonly ip?: string | readonly string[] | undefined;
  readonly correlation_id?: string | readonly string[] | undefined;
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly since?: string | undefined;
}

/** The first and the first not of the instants a date can name; what an open window reaches to. */
const firstInstant = instant(-62_167_219_200_000);
const lastInstant = instant(Date.UTC(10_000, 0, 1));

/**
 * The question behind a search's parameters: everything given must hold. Times are resolved against `asOf`,
 * so the tree can be handed to an index and kept in a continuation.
 * `to` and `end_date` are the end itself when they name an instant, and include the day, month or year when
 * they name one. `since` is a time, or a span back from now such as `24h`.
 * @throws AppError `query.invalid` for `q`, `request.invalid` naming any other parameter.
 */
export function translateSearch(
  parameters: SearchParameters,
  asOf: Instant,
): { readonly node: QueryNode; readonly window: Window | null } {
  const asked: QueryNode[] = parameters.q === undefined ? [] : [parseQuery(parameters.q, asOf)];
  if (parameters.search !== undefined) asked.push(...searchWords(parameters.search));
  for (const [name, translate] of plain) {
    const given = parameters[name];
    const list = (typeof given === 'string' ? [given] : (given ?? [])).map(text => text.trim());
    // Left out it would be a question without this filter, which nobody asked.
    if (list.includes('')) throw wrongParameter(name, 'needs a value, or has to be left out');
    const nodes = list.map(text => translate(text, name));
    asked.push(...(nodes.length > 1 ? [{ kind: 'or', of: nodes } as const] : nodes));
  }
  const telling = asked.filter(node => node.kind !== 'all');
  const [only = { kind: 'all' } as const] = telling;
  const node: QueryNode = telling.length > 1 ? { kind: 'and', of: telling } : only;
  const clauses = countClauses(node);
  if (clauses > maxClauses) {
    throw new AppError(
      'request.invalid',
      'give-up',
      `A search may have ${maxClauses} clauses; its parameters make ${clauses}.`,
    );
  }
  return { node: resolveTimes(node, asOf), window: windowOf(parameters, asOf) };
}

const countClauses = (node: QueryNode): number =>
  node.kind === 'and' || node.kind === 'or'
    ? node.of.reduce((sum, member) => sum + countClauses(member), 0)
    : node.kind === 'not'
      ? countClauses(node.of)
      : 1;

type PlainName = Exclude<
  keyof SearchParameters,
  'q' | 'from' | 'to' | 'search' | 'start_date' | 'end_date' | 'since'
>;

const wrongParameter = (name: string, says: string): AppError =>
  new AppError(
    'request.invalid',
    'give-up',
    `The parameter '${name}' ${says}${says.endsWith('?') ? '' : '.'}`,
    {
      target: name,
    },
  );

type Match = Extract<QueryNode, { kind: 'match' }>;

const match = (field: QueryField | null, value: string, prefix = false): Match => ({
  kind: 'match', field, value, prefix,
}); // prettier-ignore

/** A word field's value; what has no word in it could match nothing, and is refused as `q` refuses it. */
const wordsOf =
  (field: QueryField, prefix = false) =>
  (text: string, name: string): QueryNode => {
    const [value, star] = prefix ? [text, true] : splitStar(text);
    if (words(value).length === 0) throw wrongParameter(name, 'needs at least one letter or digit');
    return match(field, value, star);
  };

const keywordOf =
  (field: QueryField) =>
  (text: string, name: string): Match => {
    const [value, star] = splitStar(text);
    if (value === '') throw wrongParameter(name, 'needs a value before its *');
    return match(field, value, star);
  };

/** A value that some event can have. */
const possibleOf =
  (field: QueryField) =>
  (text: string, name: string): Match => {
    const clause = keywordOf(field)(text, name);
    const meant = impossibleValue(field, clause.value, clause.prefix);
    if (meant !== null) throw wrongParameter(name, `takes ${meant}`);
    return clause;
  };

const splitStar = (text: string): [string, boolean] =>
  text.endsWith('*') ? [text.slice(0, -1), true] : [text, false];

const plain: readonly (readonly [PlainName, (text: string, name: string) => QueryNode])[] = [
  ['service', ofService],
  ['actor', wordsOf('actor')],
  ['operation', keywordOf('operation')],
  ['result', ofResult],
  ['sender', wordsOf('sender')],
  ['sender_contains', wordsOf('sender', true)],
  ['recipient', wordsOf('recipient')],
  ['subject', wordsOf('subject')],
  ['status', keywordOf('status')],
  ['direction', possibleOf('direction')],
  ['ip', ofIp],
  ['correlation_id', keywordOf('correlationId')],
];

/** `search` is free text without syntax: every word of it must be found. Of signs alone nothing can be. */
function searchWords(text: string): QueryNode[] {
  const found = text.split(/\s+/).filter(word => words(word).length > 0);
  if (found.length === 0) throw wrongParameter('search', 'needs at least one letter or digit');
  return found.map(word => match(null, ...splitStar(word)));
}

/** What people call the Microsoft services, and where their events are. */
const services: Readonly<Record<string, readonly QueryNode[]>> = {
  entra: [match('source', 'entra.', true), match('stream', 'Audit.AzureActiveDirectory')],
  exchange: [match('source', 'exchange.', true), match('stream', 'Audit.Exchange')],
  sharepoint: [match('stream', 'Audit.SharePoint')],
  general: [match('stream', 'Audit.General')],
  dlp: [match('stream', 'DLP.All')],
  intune: [match('source', 'intune.', true)],
  defender: [match('source', 'defender.', true)],
  mimecast: [match('source', 'mimecast.', true)],
};
const serviceNames: Readonly<Record<string, string>> = {
  azuread: 'entra', azureactivedirectory: 'entra', aad: 'entra', onedrive: 'sharepoint', teams: 'general',
  microsoftteams: 'general',
}; // prettier-ignore

function ofService(text: string, name: string): QueryNode {
  const lower = text.toLowerCase();
  const known = Object.hasOwn(serviceNames, lower) ? (serviceNames[lower] ?? lower) : lower;
  const of = Object.hasOwn(services, known) ? services[known] : undefined;
  if (of !== undefined) return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'or', of };
  return {
    kind: 'or',
    of: (['source', 'stream', 'app'] as const).map(field => keywordOf(field)(text, name)),
  };
}

function ofResult(text: string, name: string): QueryNode {
  return possibleOf('outcome')(meantValue(text), name);
}

function ofIp(text: string, name: string): QueryNode {
  if (!text.includes('/')) return possibleOf('ip')(text, name);
  const network = parseNetwork(text);
  if (network === null) throw wrongParameter(name, 'takes an address or a network such as 10.0.0.0/8');
  return { kind: 'cidr', network: printNetwork(network) };
}

/** One end of the time range, and the parameter that says it. */
interface Bound {
  readonly name: 'from' | 'to' | 'start_date' | 'end_date' | 'since';
  readonly at: Instant;
}

function windowOf(parameters: SearchParameters, asOf: Instant): Window | null {
  const starts: Bound[] = [];
  const ends: Bound[] = [];
  const span = (name: Bound['name'], text: string): Window => {
    const found = timeSpan(text.trim(), asOf);
    if (found !== null) return found;
    // Sent as it is, `+02:00` arrives with a space in place of its sign.
    const hint = /\d \d\d:\d\d$|^now \d/i.test(text) ? '; a + in an address is written %2B' : '';
    throw wrongParameter(name, `takes ${timeForms}${hint}`);
  };
  const { since } = parameters;
  for (const name of ['from', 'start_date'] as const) {
    const text = parameters[name];
    if (text !== undefined) starts.push({ name, at: span(name, text).from });
  }
  if (since !== undefined) {
    const text = /^\d+[smhdw]$/i.test(since) ? `now-${since}` : since;
    starts.push({ name: 'since', at: span('since', text).from });
  }
  // An instant is the open end of the window; a whole day or more belongs to it.
  const endOf = (found: Window): Instant => (found.to - found.from < 86_400_000 ? found.from : found.to);
  for (const name of ['to', 'end_date'] as const) {
    const text = parameters[name];
    if (text !== undefined) ends.push({ name, at: endOf(span(name, text)) });
  }
  if (starts.length === 0 && ends.length === 0) return null;
  const first: Bound = { name: 'from', at: firstInstant };
  const last: Bound = { name: 'to', at: lastInstant };
  const from = starts.reduce((a, b) => (b.at > a.at ? b : a), first);
  const to = ends.reduce((a, b) => (b.at < a.at ? b : a), last);
  if (from.at < to.at) return { from: from.at, to: to.at };
  throw wrongParameter((ends.length === 0 ? from : to).name, 'ends the time range before it begins');
}
