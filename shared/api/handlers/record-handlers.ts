import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { days, parseInstant, plus } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { TenantScope } from '../../model/scope.ts';
import { toOcsf } from '../../ocsf/to-ocsf.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Continuations } from '../continuation.ts';
import type { Contract } from '../contract/contract.ts';
import { defaultLimit } from '../contract/fields.ts';
import { pageBinding, withNextLink } from '../next-link.ts';
import { gone } from './gone.ts';
import type { Handlers, Result } from './handler.ts';

/** One event: as it is, as it was, and as the provider sent it. */
export function createRecordHandlers(
  deps: ApiDeps,
  continuations: Continuations,
): Pick<Handlers, 'events.get' | 'events.history' | 'events.raw'> {
  const { events } = deps.profile;
  return {
    'events.get': async ({ scope, params, query }) => {
      const event = await events.get(scope, params.id);
      if (event === null) throw gone('event');
      return { status: 200, body: query.format === 'ocsf' ? toOcsf(event) : event };
    },
    'events.history': async ({ scope, params, query, principal, request }) => {
      const binding = pageBinding('event-history', principal, [scope], { id: params.id });
      const from =
        query.continuation === undefined ? null : continuations.open(binding, query.continuation).after;
      const { revisions, more } = await events.history(
        scope,
        params.id,
        Number(from ?? 0),
        query.limit ?? defaultLimit,
      );
      if (revisions.length === 0 && from === null) throw gone('event');
      const after = String(revisions.at(-1)?.revision ?? 0);
      const token = more ? continuations.seal(binding, { after }) : null;
      const asked = { limit: query.limit };
      return { status: 200, body: withNextLink([...revisions], request.path, asked, token) };
    },
    'events.raw': async ({ scope, params, query }) => {
      const newest = await events.get(scope, params.id);
      if (newest === null) throw gone('event');
      const wanted = query.revision ?? newest.revision;
      const event =
        wanted === newest.revision
          ? newest
          : (await events.history(scope, params.id, wanted - 1, 1)).revisions[0];
      if (event?.revision !== wanted) {
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
