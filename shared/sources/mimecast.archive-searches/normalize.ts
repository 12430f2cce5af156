import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, NormalizedEvent, Severity } from '../../model/event.ts';
import { isAddress } from '../_kit/address.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { mimecastActor } from '../_kit/mimecast-mail.ts';
import { ownSearchReason } from '../_kit/mimecast-own-search.ts';
import { clientNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { firstWord, flag, word } from '../_kit/reading.ts';
import { Problem } from '../_kit/source.ts';
import { callable, shortened } from '../_kit/summary.ts';
import type { ArchiveSearch } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeArchiveSearch(record: ArchiveSearch): NormalizedEvent {
  const time = readProviderTime(record.createTime);
  if (time === null) throw new Problem('createTime: not a time in any form known');
  const operation = operationOf(record);
  const reason = word(record.searchReason);
  const isOwn = reason === ownSearchReason;
  const actor = mimecastActor(record.emailAddr, flag(record.isAdmin) === true ? 'admin' : 'user');
  const sought = wordsSought(firstWord(record.searchText, record.museQuery));
  return {
    time,
    category: isOwn ? 'administration' : 'mailbox',
    operation,
    outcome: 'success',
    reason,
    severity: isOwn ? 'informational' : severityOf(record, operation, reason),
    actor,
    targets: targetsOf(record, sought),
    client: clientNamed(record),
    mail: null,
    correlationId: null,
    summary: sentence(operation, actor, sought, reason, isOwn),
    // Web resources activity, search.
    ocsf: { class: 6001, activity: 5 },
  };
}

/** `Audit [Page 1] - Depth 100` and the next page are one kind of search. */
function operationOf(record: ArchiveSearch): string {
  const said = word(record.description);
  const kind = said?.replace(/\s*\[.*$/s, '') ?? '';
  return kind === '' ? (said ?? 'Archive Search') : kind;
}

/** `<xmlquery …><muse><text>from:a@b.example</text>…`: of the engine's own form the words somebody sought. */
function wordsSought(query: string | null): string | null {
  // An empty list of conditions.
  if (query === '[]') return null;
  const inside = /^<(?:\?xml|xmlquery)\b/.test(query ?? '')
    ? /<text>([^<]+)<\/text>/.exec(query ?? '')?.[1]
    : null;
  return (
    word(inside?.replace(/&(amp|lt|gt|quot|apos);/g, (all, name: string) => marks[name] ?? all)) ?? query
  );
}
const marks = wordTable<string>({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" });

/** `4711 [User : mira@contoso.example]`, `{'mailbox':'mira@contoso.example','query':'[]'}`: whose mail was searched. */
const ofUser =
  /\[User\s*:\s*([^\]\s]+@[^\]\s]+)\]|["']mailbox["']\s*:\s*["']([^"'\s@]{1,64}@[^"'\s@]{1,255})["']/i;

function targetsOf(record: ArchiveSearch, sought: string | null): Entity[] {
  const found: Entity[] = [];
  addEntity(found, entity('other', { name: sought }));
  const [, user, mailbox] = ofUser.exec(sought ?? '') ?? [];
  addEntity(found, entity('mailbox', { address: user ?? mailbox ?? null }));
  const path = word(record.searchPath);
  addEntity(found, entity('mailbox', path !== null && isAddress(path) ? { address: path } : { name: path }));
  addEntity(found, entity('other', { name: word(record.source) }));
  return found;
}

/** Who may search everybody's mail is watched: most where mail is taken out of mailboxes, then where no reason is given. */
function severityOf(record: ArchiveSearch, operation: string, reason: string | null): Severity {
  if (/remediat|export|purge/i.test(operation)) return 'medium';
  return flag(record.isAdmin) === true && reason === null ? 'low' : 'informational';
}

function sentence(
  operation: string,
  actor: Entity | null,
  sought: string | null,
  reason: string | null,
  isOwn: boolean,
): string {
  const by = actor === null ? '' : ` by ${callable(actor)}`;
  const what = sought === null ? '' : ` for “${sought}”`;
  const why = reason === null ? '' : `: ${reason}`;
  return shortened(`${operation}${by}${what}${why}${isOwn ? ' (made by Holdfast itself)' : ''}`);
}
