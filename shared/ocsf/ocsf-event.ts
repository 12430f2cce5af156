import type { NormalizedEvent, StoredEvent } from '../model/event.ts';

/** An OCSF event or object as JSON. */
export type OcsfObject = Readonly<Record<string, unknown>>;

/** What every OCSF event has. */
export interface OcsfEvent extends OcsfObject {
  readonly class_uid: number;
  readonly activity_id: number;
  readonly type_uid: number;
  readonly category_uid: number;
  readonly severity_id: number;
  readonly time: number;
  readonly metadata: OcsfObject;
}

type Kept = 'id' | 'tenant' | 'ingestedAt' | 'raw' | 'mapping' | 'revision';

/** A stored event, or one that was only normalized: then what the store adds is missing. */
export type OcsfInput = NormalizedEvent &
  Partial<Pick<StoredEvent, Kept>> & { readonly source: string; readonly stream: string };

/** The object without what is null, missing or an empty list; null when nothing is left. */
export function filled(known: OcsfObject): OcsfObject | null {
  const entries = Object.entries(known).filter(
    ([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
