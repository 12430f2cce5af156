import { isoInstant, type Instant } from '../../kernel/time.ts';
import { parseProviderTime } from './provider-time.ts';
import { Problem, type About } from './source.ts';

/**
 * What became of a thing, in a word. `found`: it was there at the first reading, and nobody made it just now. A record
 * that stands alone is read as one added.
 */
export function changeWord({ change }: About): 'found' | 'added' | 'changed' | 'removed' {
  if (change === undefined) return 'added';
  return change.since === null ? 'found' : change.kind;
}

/**
 * When it happened: the time the record says of this very change, where it lies between the two readings; otherwise
 * the time of the reading that showed it. Of a record that stands alone, the first time it says at all.
 */
export function changeTime(
  about: About,
  own: { readonly added?: unknown; readonly changed?: unknown },
): string {
  const { change, readAt } = about;
  if (change === undefined) {
    const said = parseProviderTime(own.added) ?? parseProviderTime(own.changed) ?? readAt ?? null;
    if (said === null) throw new Problem('record: says no time, and it is not known when it was read');
    return isoInstant(said);
  }
  const { kind, since, asOf } = change;
  const said = parseProviderTime(kind === 'added' ? own.added : kind === 'changed' ? own.changed : null);
  return isoInstant(said !== null && since !== null && isBetween(said, since, asOf) ? said : asOf);
}

const isBetween = (at: Instant, since: Instant, asOf: Instant): boolean => at > since && at <= asOf;

/** Annotations that say where an answer came from; `@odata.type` alone says what a thing is. */
export function isAnnotation(path: string): boolean {
  const name = path.slice(path.indexOf('@odata.'));
  if (!path.includes('@odata.')) return false;
  return !(name === '@odata.type' && (path === name || path.endsWith(`.${name}`)));
}
