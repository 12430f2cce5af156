import { fields, longestText, text, word, type Fields } from '../_kit/reading.ts';

/** What the free text of an audit event says, as far as it can be told. */
export interface EventInfo {
  /** What happened, in Mimecast's words: up to where, by which application and why, which stand at its end. */
  readonly what: string | null;
  /** Of that what comes before the first named value. */
  readonly deed: string | null;
  /** `IP: …`, `Application: …` and the like, by lower-case name; the first of equals. */
  readonly named: ReadonlyMap<string, string>;
  /** Every mail address in it, as it is spelled, each once. */
  readonly addresses: readonly string[];
}

const namedValue = /(^| - |[,;\n]\s*|\.\s+)([A-Z][A-Za-z ]{1,30}):[^\S\n]*([^,;\n]*)/g;
// Some texts part these by nothing but a space: `by a@b.example Date: … Time: … IP: 198.51.100.23 Application: Console`,
// `remote IP : 198.51.100.23 application : LFS`, `Remote IP is 198.51.100.23`.
const spokenIp = /\bIP(?: address)? ?(?::| is) ?\[?([0-9a-f.:]{7,45})/i;
const spokenApplication = /\bapplication ?: ?([^,;:\n]{1,100}?)(?:,|;|\n|\]|$)/i;
const spokenTail = /,? (?:Date: ?\d{4}-\d|remote IP ?(?::|is )|IP: ?\d)/i;
// No part may match what ends another: a text made for it would keep a looser pattern busy for minutes.
const address = /[^\s"'<>()[\],;:=@]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63})+/gu;
// In what was searched for, in JSON: a message's id, which looks like somebody's address.
const messageId = /"<[^<>"\s]{1,998}>"|"message-?ids?"\s*:\s*"[^"]{0,998}"/gi;
// `Successful SSO into Central for a@b.example`.
const signedInto = /\bSSO into ([\w .-]{1,60}?) for /;
// A subject has commas of its own.
const wholeSubject = /, Subject: ([^\n]{1,1000}?), Processed: \d/;
const most = 20;
const atTheEnd = new Set([
  'ip', 'ip address', 'remote ip', 'remote ip address', 'source ip', 'client ip', 'application', 'date', 'time', 'method',
  'reason', 'result', 'status', 'success',
]); // prettier-ignore

/** What was exported stands in brackets, its own names and values in it. */
const bracketed = /^\[[^\]]*\]/;

/** Of a text longer than an event takes over its end too: from where, and by which application. */
const endsOf = (value: unknown): unknown =>
  typeof value === 'string' && value.length > longestText
    ? `${value.slice(0, 3_000)} … ${value.slice(-1_000)}`
    : value;

/** `com.contoso.Address@4a3bcd11[accountCode=C0,emailAddress=a@b.example,…]`: how a program writes an address to itself. */
const ownWords = /(?<![\w.$])[\w.$]{1,200}@[0-9a-f]{1,16}\[([^[\]]{1,2000})\]/g;
const withoutOwnWords = (info: string): string =>
  info.replace(ownWords, (all, inside: string) => {
    const said = inside.split(',').find(part => part.startsWith('emailAddress='));
    return said === undefined ? all : said.slice('emailAddress='.length);
  });

/** Where the text comes as an object, its names and values in the text's own manner. */
const writtenOut = (known: Fields | null): string | null =>
  known === null
    ? null
    : text(
        Object.entries(known)
          .flatMap(([name, said]) => {
            const words = text(said);
            return words === null
              ? []
              : [/^(message|description|info|text)$/i.test(name) ? words : `${titled(name)}: ${words}`];
          })
          .join(', '),
      );
const titled = (name: string): string =>
  /^ip$/i.test(name) ? 'IP' : name.slice(0, 1).toUpperCase() + name.slice(1);

/**
 * Reads `Successful authentication for a@b.example, Date: 2026-01-05, IP: 198.51.100.23, Application: Console`. Its date
 * and time are somebody's wall clock: never read as the event's.
 */
export function readEventInfo(value: unknown): EventInfo {
  const said = text(endsOf(value));
  const info = said === null ? writtenOut(fields(value)) : withoutOwnWords(said);
  if (info === null) return { what: null, deed: null, named: new Map(), addresses: [] };
  const named = new Map<string, string>();
  const inBrackets = bracketed.exec(info)?.[0].length ?? 0;
  let first = info.length;
  let last = info.length;
  for (const match of info.matchAll(namedValue)) {
    const [, , name = '', words = ''] = match;
    const key = name.trim().toLowerCase();
    if (match.index > 0) first = Math.min(first, match.index);
    if (match.index >= inBrackets && atTheEnd.has(key)) last = Math.min(last, match.index);
    const known = word(words);
    if (named.size < most && !named.has(key) && known !== null) named.set(key, known);
  }
  const ip = spokenIp.exec(info)?.[1];
  if (ip !== undefined && !named.has('ip')) named.set('ip', ip.replace(/[.:]$/, ''));
  const subject = wholeSubject.exec(info)?.[1];
  if (subject !== undefined) named.set('subject', subject.trim());
  const application = spokenApplication.exec(info)?.[1] ?? signedInto.exec(info)?.[1];
  const asked = named.has('application') ? null : word(application);
  if (asked !== null) named.set('application', asked);
  const what = info.slice(0, Math.min(last, spokenTail.exec(info)?.index ?? last)).trim();
  const deed = what.slice(0, first).trim();
  const addresses = [...new Set(info.replace(messageId, '""').match(address)?.slice(0, most))];
  return { what: text(what.replace(/\s*\n\s*/g, ' ')), deed: text(deed), named, addresses };
}
