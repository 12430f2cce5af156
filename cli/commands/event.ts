import type { Answer } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { CommandError, exitCodes, usageError } from '../exit-code.ts';
import { formatFacts, formatTable } from '../format-table.ts';
import { longTime, shortTime } from '../format-time.ts';
import { listPages, pageSize } from '../list-pages.ts';

type EventReply = Answer<Contract['events.history']>['body']['value'][number];
type Entity = NonNullable<EventReply['actor']>;

/** The event, its revisions, the event as OCSF, or the record as the provider sent it. */
export async function showEvent(
  context: Context,
  given: string,
  show: 'event' | 'history' | 'ocsf' | 'raw',
): Promise<void> {
  const id = await eventIdOf(context, given);
  if (show === 'raw') {
    // Byte for byte, and nothing else: the output's sha-256 is the record's.
    await context.terminal.out((await context.client.call('events.raw', { params: { id } })).body);
  } else if (show === 'history') {
    await showHistory(context, id);
  } else if (show === 'ocsf') {
    const { body } = await context.client.call('events.get', { params: { id }, query: { format: 'ocsf' } });
    await (context.json
      ? outJson(context, body)
      : context.terminal.out(`${JSON.stringify(body, null, 2)}\n`));
  } else {
    const event = (await context.client.call('events.get', { params: { id } })).body as EventReply;
    await (context.json ? outJson(context, event) : context.terminal.out(eventText(event, context)));
  }
}

/** A whole event id, or the beginning of one as `search` shows it. */
async function eventIdOf(context: Context, given: string): Promise<string> {
  if (/^\d{8}-[0-9a-f]{40}$/.test(given)) return given;
  if (!/^\d{8}-[0-9a-f]{4,39}$/.test(given)) {
    throw usageError(`"${given}" is not an event id.`, 'Give one as search shows it: 20261005-1f3a9c2b.');
  }
  const query = { q: `id:${given}*`, limit: 2 };
  const found = (await context.client.call('events.list', { query })).body.value;
  const [first, second] = found;
  if (first === undefined)
    throw new CommandError(exitCodes.notFound, `No event of yours begins with ${given}.`);
  if (second !== undefined) {
    throw usageError(
      `Several events begin with ${given}: ${first.id}, ${second.id} …`,
      'Give more of the id.',
    );
  }
  return first.id;
}

function entityText(entity: Entity | null): string | null {
  if (entity === null) return null;
  const name = entity.name ?? entity.address ?? entity.id ?? '';
  const rest = [entity.address, entity.id].filter(part => part !== null && part !== name);
  return `${name}${rest.length === 0 ? '' : ` (${rest.join(', ')})`}, ${entity.kind}`;
}

function eventText(event: EventReply, { terminal }: Context): string {
  const { client, mail } = event;
  return formatFacts(
    [
      ['what', event.summary],
      ['time', longTime(event.time)],
      ['operation', event.operation],
      ['outcome', event.reason === null ? event.outcome : `${event.outcome} (${event.reason})`],
      ['severity', event.severity],
      ['category', event.category],
      ['actor', entityText(event.actor)],
      ...event.targets.map((target): [string, string | null] => ['target', entityText(target)]),
      ['from ip', client?.ip ?? null],
      ['application', client?.app ?? null],
      ['user agent', client?.userAgent ?? null],
      ['device', [client?.device, client?.os].filter(part => typeof part === 'string').join(', ')],
      ['place', [client?.city, client?.country].filter(part => typeof part === 'string').join(', ')],
      ['sender', mail?.sender ?? null],
      ['recipients', mail === null ? null : mail.recipients.join(', ')],
      ['subject', mail?.subject ?? null],
      ['direction', mail?.direction ?? null],
      ['status', mail?.status ?? null],
      ['message id', mail?.messageId ?? null],
      ['correlation', event.correlationId],
      ['source', `${event.source}, stream ${event.stream}, mapping ${String(event.mapping)}`],
      ['tenant', event.tenant],
      ['id', event.id],
      ['stored', `${longTime(event.ingestedAt)}, revision ${String(event.revision)}`],
      ['raw', `${event.raw.key} record ${String(event.raw.index)}`],
      ['sha-256', event.raw.sha256],
    ],
    terminal,
  );
}

/** What the table has of a revision: whole ones may be large, and there may be thousands. */
type Line = Pick<EventReply, 'revision' | 'ingestedAt' | 'outcome' | 'summary'> & { readonly status: string };

async function showHistory(context: Context, id: string): Promise<void> {
  const { client, terminal } = context;
  const lines: Line[] = [];
  await listPages(
    Infinity,
    async () =>
      (await client.call('events.history', { params: { id }, query: { limit: pageSize(Infinity) } })).body,
    async link => (await client.follow('events.history', link)).body,
    async revisions => {
      for (const event of revisions) {
        const { revision, ingestedAt, outcome, summary, mail } = event;
        if (context.json) await outJson(context, event);
        else lines.push({ revision, ingestedAt, outcome, summary, status: mail?.status ?? '' });
      }
    },
  );
  if (!context.json) await terminal.out(historyText(lines, context));
}

function historyText(events: readonly Line[], { terminal }: Context): string {
  return formatTable(
    events,
    [
      { title: 'REVISION', value: event => String(event.revision), right: true },
      { title: 'STORED (UTC)', value: event => shortTime(event.ingestedAt) },
      { title: 'OUTCOME', value: event => event.outcome },
      { title: 'STATUS', value: event => event.status, shown: 'when-filled' },
      { title: 'WHAT', value: event => event.summary, least: 24 },
    ],
    terminal,
  );
}
