import { noCounts } from '../../shared/model/cursor.ts';
import type { Run } from '../../shared/model/run.ts';
import type { AccessEntry } from '../../shared/ports/access-log.ts';
import { contoso } from './sample.ts';

/** A run of Contoso's under way. */
export const sampleRun = (id: string, over: Partial<Run> = {}): Run => ({
  id,
  tenant: contoso,
  source: 'entra.directory-audits',
  stream: 'default',
  trigger: 'timer',
  purpose: 'forward',
  window: { from: '2026-10-05T08:00:00.000Z', to: '2026-10-05T09:00:00.000Z' },
  startedAt: '2026-10-05T09:00:00.000Z',
  endedAt: null,
  status: 'running',
  counts: { ...noCounts, seen: 7 },
  error: null,
  ...over,
});

/** A search of Contoso's events. */
export const sampleEntry = (id: string, over: Partial<AccessEntry> = {}): AccessEntry => ({
  id,
  at: '2026-10-05T09:00:00.000Z',
  tenant: contoso,
  principal: 'tid:oid',
  action: 'events.search',
  route: 'GET /events',
  requestId: 'request-1',
  detail: { q: 'actor:"Oskar Lind" \u0000', from: '' },
  ...over,
});
