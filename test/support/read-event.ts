import type { NormalizedEvent } from '../../shared/model/event.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';

/** What a source makes of one record of Contoso's, which must be an event. */
export function readEvent(
  source: Source,
  record: object,
): { readonly event: NormalizedEvent; readonly identity: readonly string[] } {
  const reading = readRecord(source, record, { domains: ['contoso.example'], stream: 'default' });
  if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
  return reading;
}

/** The event that a source, named by its id, makes of a record. */
export function eventOf(id: string, record: object): NormalizedEvent {
  const source: Source | undefined = sources.find(one => one.id === id);
  if (source === undefined) throw new Error(`no source ${id}`);
  return readEvent(source, record).event;
}

/** What an event's targets are called, each by the best name it has. */
export const namesOf = ({ targets }: NormalizedEvent): (string | null)[] =>
  targets.map(one => one.name ?? one.address ?? one.id);
