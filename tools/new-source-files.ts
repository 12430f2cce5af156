/** The files a new source begins with: they compile, and pass the suite once their goldens are written. */
export function newSourceFiles(id: string): { readonly path: string; readonly text: string }[] {
  const name = camelCase(id);
  const Name = name[0]?.toUpperCase() + name.slice(1);
  const values: Readonly<Record<string, string>> = { ID: id, NAME: name, TYPE: Name };
  return Object.entries(templates).map(([path, text]) => ({
    path,
    text: text.replace(/__(ID|NAME|TYPE)__/g, (_, key: string) => values[key] ?? ''),
  }));
}

/** `vendor.stream`, lower case, words joined by hyphens. */
export const isSourceId = (id: string): boolean => /^[a-z0-9]+\.[a-z0-9]+(-[a-z0-9]+)*$/.test(id);

const camelCase = (id: string): string =>
  id.replace(/[.-](\w)/g, (_, letter: string) => letter.toUpperCase());

const source = `import { z } from 'zod';
import { days, hours, isoSeconds, minutes, seconds, type Window } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { normalize__TYPE__ } from './normalize.ts';
import { record__TYPE__Schema, type __TYPE__ } from './schema.ts';

const config = z.strictObject({});

const path = '/v1.0/somewhere';

export const __NAME__: Source<z.infer<typeof config>, __TYPE__> = {
  id: '__ID__',
  title: 'What it is, in three words',
  about: 'What it holds, what it is good for, what to mind. Two or three sentences for an operator.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'Permission.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission Permission.Read.All of Microsoft Graph, and grant admin consent.',
    },
  ],
  // One harmless request for each permission above: the readiness page shows what they answer.
  probes: [
    {
      shows: ['Permission.Read.All'],
      ask: ({ http }) => firstPage(graphPages(http, { path, query: { $top: '1' } }, null)),
    },
  ],
  config,
  streams: () => ['default'],
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      maxWidth: hours(24),
      lag: minutes(5),
      overlap: hours(2),
      lookback: days(30),
      rereads: [hours(24)],
      grain: seconds(1),
    },
    pages: (ctx, window, resume) => graphPages(ctx.http, request(window), resume),
  },
  record: record__TYPE__Schema,
  mapping: 1,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identityOf(record.id, record),
  identifiedBy: 'The record’s id (\`id\`); where it is missing, the whole record.',
  normalize: normalize__TYPE__,
};

const request = ({ from, to }: Window) => ({
  path,
  query: { $filter: \`createdDateTime ge \${isoSeconds(from)} and createdDateTime le \${isoSeconds(to)}\` },
});
`;

const schema = `import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = ['id', 'operation', 'result', 'user', 'target', 'ip', 'correlationId'] as const;

/** A record as the provider sends it. Only the time is indispensable. */
export type __TYPE__ = { readonly createdDateTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const record__TYPE__Schema = openRecord<__TYPE__>('createdDateTime');
`;

const normalize = `import type { NormalizedEvent, Outcome } from '../../model/event.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { word } from '../_kit/reading.ts';
import { Problem } from '../_kit/source.ts';
import { summaryOf } from '../_kit/summary.ts';
import type { __TYPE__ } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalize__TYPE__(record: __TYPE__): NormalizedEvent {
  const time = readProviderTime(record.createdDateTime);
  if (time === null) throw new Problem('createdDateTime: not a time in any form known');
  const operation = word(record.operation) ?? 'Activity without a name';
  const reason = word(record.result);
  const outcome = outcomes[reason ?? ''] ?? 'unknown';
  const actor = entity('user', { address: word(record.user) });
  const targets = [entity('other', { name: word(record.target) })].filter(target => target !== null);
  return {
    time,
    category: 'other',
    operation,
    outcome,
    reason,
    severity: outcome === 'failure' ? 'medium' : 'informational',
    actor,
    targets,
    client: client({ ip: parseIp(record.ip)?.ip ?? null }),
    mail: null,
    correlationId: word(record.correlationId),
    summary: summaryOf({ operation, actor, targets, outcome, reason }),
    ocsf: { class: 6003, activity: 99 },
  };
}

const outcomes: Readonly<Record<string, Outcome>> = { success: 'success', failure: 'failure' };
`;

const mapping = `# __ID__: what becomes of a record

Everything not named here stays in raw. Only \`createdDateTime\` is needed.

| field | becomes | why, where it is not obvious |
|---|---|---|
| \`id\` | identity | Where it is missing: the whole record |
| \`createdDateTime\` | \`time\` | A record without a readable time is quarantined |
| \`operation\` | \`operation\` | |
| \`result\` | \`outcome\`, \`reason\` | |
| \`user\` | \`actor\` | |
| \`target\` | \`targets\` | |
| \`ip\` | \`client.ip\` | |
| \`correlationId\` | \`correlationId\` | |
`;

const record = (id: string, result: string, more: object = {}) => ({
  id,
  createdDateTime: '2026-10-05T09:12:44.1830211Z',
  operation: 'Do something',
  result,
  user: 'mira.holt@contoso.example',
  target: 'A thing',
  ip: '198.51.100.7',
  correlationId: 'c-1',
  ...more,
});
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const first =
  'GET /v1.0/somewhere?$filter=createdDateTime ge 2026-10-05T09:00:00Z and createdDateTime le 2026-10-05T10:00:00Z';
const second = '/v1.0/somewhere?$skiptoken=2';
const reply = (body: object) => ({ status: 200, headers: { 'content-type': 'application/json' }, body });

const paging = {
  about: 'Two pages.',
  window: { from: '2026-10-05T09:00:00Z', to: '2026-10-05T10:00:00Z' },
  asOf: '2026-10-05T10:10:00Z',
  exchanges: [
    {
      request: first,
      reply: reply({
        value: [record('r-4', 'success')],
        '@odata.nextLink': `https://graph.microsoft.com${second}`,
      }),
    },
    { request: `GET ${second}`, reply: reply({ value: [record('r-5', 'success')] }) },
  ],
};

const templates: Readonly<Record<string, string>> = {
  'source.ts': source,
  'schema.ts': schema,
  'normalize.ts': normalize,
  'mapping.md': mapping,
  'fixtures/done.raw.json': json({ value: [record('r-1', 'success'), record('r-2', 'failure')] }),
  'fixtures/quarantine.raw.json': json({
    value: [record('r-3', 'success', { createdDateTime: 'soon' }), 'text'],
  }),
  'fixtures/paging.http.json': json(paging),
};
