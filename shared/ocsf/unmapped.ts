import type { OcsfInput, OcsfObject } from './ocsf-event.ts';

/** Words that say what an entity is, not which one it is. */
const descriptive = new Set(['kind', 'direction']);

/**
 * What of the event stands nowhere in its OCSF form, under the names it has in the event. A thing that is named
 * only in part is kept whole, so that its parts stay together.
 */
export function unmappedOf(event: OcsfInput, made: OcsfObject): OcsfObject {
  const placed = new Set<string>();
  collect(made, '', placed);
  const missing = (value: unknown, name = ''): boolean => !isPlaced(value, name, placed);
  const left = (values: OcsfObject | null): OcsfObject | null => {
    const entries = Object.entries(values ?? {}).filter(
      ([name, value]) => value !== null && !descriptive.has(name) && missing(value, name),
    );
    return entries.length === 0 ? null : Object.fromEntries(entries);
  };
  return {
    category: event.category,
    stream: event.stream,
    // The status of a finding says something else.
    outcome: made['category_uid'] === 2 ? event.outcome : null,
    reason: missing(event.reason) ? event.reason : null,
    actor: missing(event.actor) ? event.actor : null,
    targets: event.targets.filter(target => missing(target)),
    client: left(event.client),
    mail: left(event.mail),
    raw: event.raw,
    mapping: event.mapping,
    mappingDigest: event.mappingDigest,
    revision: event.revision,
  };
}

function isPlaced(value: unknown, name: string, placed: ReadonlySet<string>): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.every(inner => isPlaced(inner, name, placed));
  if (typeof value === 'object') {
    return Object.entries(value).every(
      ([key, inner]) => descriptive.has(key) || isPlaced(inner, key, placed),
    );
  }
  return placed.has(spelled(value, name));
}

/** Numbers count only under their own name: a port 443 is not placed because some id is 443. */
const spelled = (value: unknown, name: string): string =>
  typeof value === 'string' ? value : `${name}=${String(value)}`;

function collect(value: unknown, name: string, into: Set<string>): void {
  if (Array.isArray(value)) for (const inner of value) collect(inner, name, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, key, into);
  } else if (value !== undefined && value !== null) into.add(spelled(value, name));
}
