import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { days, parseInstant, plus } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { TenantScope } from '../../model/scope.ts';
import { toOcsf } from '../../ocsf/to-ocsf.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Contract } from '../contract/contract.ts';
import { gone } from './gone.ts';
import type { Handlers, Result } from './handler.ts';

/** One event: as it is, as it was, and as the provider sent it. */
export function createRecordHandlers(
  deps: ApiDeps,
): Pick<Handlers, 'events.get' | 'events.history' | 'events.raw'> {
  const { events } = deps.profile;
  return {
    'events.get': async ({ scope, params, query }) => {
      const event = await events.get(scope, params.id);
      if (event === null) throw gone('event');
      return { status: 200, body: query.format === 'ocsf' ? toOcsf(event) : event };
    },
    'events.history': async ({ scope, params }) => {
      const value = await events.history(scope, params.id);
      if (value.length === 0) throw gone('event');
      return { status: 200, body: { value: [...value] } };
    },
    'events.raw': async ({ scope, params, query }) => {
      const revisions = await events.history(scope, params.id);
      if (revisions.length === 0) throw gone('event');
      const wanted = query.revision;
      const event = wanted === undefined ? revisions.at(-1) : revisions.find(one => one.revision === wanted);
      if (event === undefined) {
        throw new AppError('not-found', 'give-up', 'The event has no such revision; see its history.', {
          target: 'revision',
        });
      }
      return rawRecord(deps, scope, event);
    },
  };
}

/** The record's exact bytes. The archive has checked the object against its hash; we check it is the event's. */
async function rawRecord(
  deps: ApiDeps,
  scope: TenantScope,
  event: StoredEvent,
): Promise<Result<Contract['events.raw']>> {
  const { raw } = event;
  const source = deps.sources.find(one => one.id === event.source);
  if (source === undefined) {
    throw new AppError('not-found', 'give-up', 'This build has no source that can read the archived object.');
  }
  const object = await deps.profile.archive.get(scope, raw.key);
  if (object === null) throw await missingObject(deps, event);
  if (object.sha256 !== raw.sha256) {
    throw new AppError(
      'archive.corrupt',
      'give-up',
      'The archived object is not the one this event was made from. The operator must look at the archive.',
      { facts: { event: event.id } },
    );
  }
  const bytes = source.recordBytes(object.bytes, raw.index);
  return {
    status: 200,
    headers: {
      'x-holdfast-object-key': raw.key,
      'x-holdfast-object-sha256': object.sha256,
      'x-holdfast-record-index': String(raw.index),
      'x-holdfast-record-sha256': sha256(bytes),
      'x-holdfast-revision': String(event.revision),
    },
    body: bytes,
  };
}

/** An object may go when its retention has ended. Gone before that it is lost evidence, and nobody is told otherwise. */
async function missingObject(deps: ApiDeps, event: StoredEvent): Promise<AppError> {
  const kept = parseInstant(event.ingestedAt);
  const tenant = await deps.profile.tenants.get(event.tenant);
  const ends = kept === null || tenant === null ? null : plus(kept, days(tenant.value.retentionDays));
  if (ends !== null && ends <= deps.clock.now()) {
    return new AppError('not-found', 'give-up', 'The archived object is gone: its retention has ended.');
  }
  return new AppError(
    'archive.corrupt',
    'give-up',
    'The archived object of this event is missing, and its retention has not ended. The operator must restore it from a backup.',
    { facts: { event: event.id } },
  );
}
