import { days, hours, minutes, seconds } from '../../kernel/time.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { feedConfig, type FeedConfig } from './config.ts';
import { probeFeed } from './probe-feed.ts';
import { normalizeUnifiedAudit } from './normalize.ts';
import { feedPages } from './pages.ts';
import { unifiedAuditSchema, type UnifiedAudit } from './schema.ts';

export const m365UnifiedAudit: Source<FeedConfig, UnifiedAudit> = {
  id: 'm365.unified-audit',
  title: 'Microsoft 365 unified audit log',
  about:
    'What people, administrators and services did in Exchange, SharePoint, OneDrive, Teams, Entra and the rest of ' +
    'Microsoft 365, with alerts and data-loss findings. It arrives an hour or more after the fact, in no order, and ' +
    'sometimes twice. Microsoft lists it for 7 days, counted from when it became available.',
  api: 'management',
  needs: [
    {
      api: 'management',
      name: 'ActivityFeed.Read',
      how: 'In the Entra admin center, open the app registration, add the application permission ActivityFeed.Read of Office 365 Management APIs, and grant admin consent. Unified auditing must be on in the tenant.',
    },
    {
      api: 'management',
      name: 'ActivityFeed.ReadDlp',
      how: 'Only for the content type DLP.All: add the application permission ActivityFeed.ReadDlp of Office 365 Management APIs as well, and grant admin consent.',
    },
  ],
  probes: [
    {
      shows: ['ActivityFeed.Read'],
      ask: ctx => probeFeed(ctx, ctx.config.contentTypes.find(type => type !== 'DLP.All') ?? 'DLP.All'),
    },
    {
      shows: ['ActivityFeed.ReadDlp'],
      when: config => config.contentTypes.includes('DLP.All'),
      ask: ctx => probeFeed(ctx, 'DLP.All'),
    },
  ],
  config: feedConfig,
  streams: config => config.contentTypes,
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      // The service answers a wider listing with an error, or with a part and no word about it.
      maxWidth: hours(24),
      lag: minutes(5),
      overlap: hours(2),
      lookback: days(7),
      rereads: [hours(24), days(3), days(6)],
      grain: seconds(1),
    },
    pages: feedPages,
  },
  record: unifiedAuditSchema,
  mapping: 10,
  split: bytes => splitRecords(bytes, 'array'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'array', index),
  identity: record => identityOf(record.Id, record),
  identifiedBy: 'The record’s `Id`; where it is missing, the whole record.',
  normalize: normalizeUnifiedAudit,
};
