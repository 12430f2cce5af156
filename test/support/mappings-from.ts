import { readMappings } from '../../shared/mappings/read-mappings.ts';
import type { Mappings } from '../../shared/mappings/mappings.ts';
import { sources } from '../../shared/sources/index.generated.ts';

/** A mapping file as the product reads it, for all sources there are. Throws where it has a mistake. */
export function mappingsFrom(text: string): Mappings {
  const read = readMappings(
    text,
    sources.map(source => source.id),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.mappings;
}
