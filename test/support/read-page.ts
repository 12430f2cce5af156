import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import { readRecords, type ReadRecords } from '../../shared/pipeline/read-records.ts';
import type { About, Source } from '../../shared/sources/_kit/source.ts';
import { contoso } from './sample.ts';

/** What the pipeline makes of a page that holds these records, in whatever envelope its source has them. */
export function readPage(source: Source, records: readonly unknown[], about: About): ReadRecords {
  return readRecords(new Uint8Array(), {
    source: { ...source, split: () => records },
    ref: { source: source.id as SourceId, stream: about.stream as StreamId },
    tenant: contoso,
    about,
    object: { key: 'raw/page', sha256: sha256('page') },
    now: instant(0),
  });
}
