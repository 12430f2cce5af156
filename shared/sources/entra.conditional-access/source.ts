import { z } from 'zod';
import { minutes } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphCollections, type GraphList } from '../_kit/graph-collections.ts';
import { keyOf } from '../_kit/keyed-record.ts';
import { firstWord } from '../_kit/reading.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import { isAnnotation } from '../_kit/snapshot-change.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { normalizePolicy } from './normalize.ts';
import { keys, policyRecordSchema, type PolicyRecord } from './schema.ts';

const config = z.strictObject({
  /** v1.0 leaves out every policy that uses a feature in preview; it is for clouds in which beta does not answer. */
  version: z.enum(['beta', 'v1.0']).default('beta'),
});

const listsOf = (version: string): readonly GraphList[] =>
  ['policies', 'namedLocations'].map(name => ({
    path: `/${version}/identity/conditionalAccess/${name}`,
    query: {},
  }));

const keyOfPolicy = (record: PolicyRecord): string => keyOf(record, keys) ?? '';

export const entraConditionalAccess: Source<z.infer<typeof config>, PolicyRecord> = {
  id: 'entra.conditional-access',
  title: 'Entra conditional access',
  about:
    'The policies that decide who may sign in from where and how, and the named locations they speak of. Read every half ' +
    'hour; an event says what was changed, from what, to what. Microsoft’s v1.0 list hides policies with features in ' +
    'preview, so the beta list is read.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'Policy.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission Policy.Read.All of Microsoft Graph, and grant admin consent.',
    },
  ],
  probes: [
    {
      shows: ['Policy.Read.All'],
      ask: ({ http, config: { version } }) => firstPage(graphCollections(http, listsOf(version), null)),
    },
  ],
  config,
  streams: () => ['default'],
  every: minutes(30),
  pull: {
    kind: 'snapshot',
    // The service takes one request a second of a tenant, over all its apps: the client keeps that pace.
    pages: ({ http, config: { version } }, resume) => graphCollections(http, listsOf(version), resume),
    key: keyOfPolicy,
    ignores: isAnnotation,
    names: record => {
      const [id, name] = [firstWord(record.id), firstWord(record.displayName)];
      return id === null || name === null ? null : [id, name];
    },
  },
  record: policyRecordSchema,
  mapping: 4,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => [keyOfPolicy(record)],
  identifiedBy: 'The policy’s or location’s id (`id`); in exports without ids, its `displayName`.',
  normalize: normalizePolicy,
};
