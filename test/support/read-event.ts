import type { NormalizedEvent } from '../../shared/model/event.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';

/** What a source makes of one record of Contoso's, which must be an event. */
export function readEvent(
  source: Source,
  record: object,
): { readonly event: NormalizedEvent; readonly identity: readonly string[] } {
  const reading = readRecord(source, record, { domains: ['contoso.example'], stream: 'default' });
  if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
  return reading;
}
