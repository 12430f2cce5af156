import { renamed, type SourceRules } from '../mappings/mappings.ts';
import { isTooLarge } from '../model/event-size.ts';
import type { Entity, NormalizedEvent, StoredEvent } from '../model/event.ts';
import type { KnownName } from '../ports/name-store.ts';
import { callable, nameOf, shortened } from '../sources/_kit/summary.ts';

/** Kinds a directory has. A file's or a message's id looks the same and means nothing there. */
const inDirectory = new Set<Entity['kind']>([
  'user', 'guest', 'admin', 'application', 'system', 'group', 'role', 'device', 'team', 'other',
]); // prettier-ignore
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The object ids an event has no name for, lower case, each once. */
export function namelessIds(event: Pick<StoredEvent, 'actor' | 'targets'>): readonly string[] {
  const all = event.actor === null ? event.targets : [event.actor, ...event.targets];
  const nameless = all.flatMap(({ kind, id, name }) =>
    name === null && id !== null && inDirectory.has(kind) && guid.test(id) ? [id.toLowerCase()] : [],
  );
  return [...new Set(nameless)];
}

/**
 * The event with the names its ids were found to have; the very same object where there are none, or where no store
 * would take it with them. What a record itself says is never replaced. The sentence that named the id names its
 * bearer; one of a mapping file's (`rules`, those of the event's source) is made again, because it may say more of
 * somebody with a name.
 */
export function fillNames<E extends NormalizedEvent>(
  event: E,
  names: ReadonlyMap<string, KnownName>,
  rules: SourceRules | null = null,
): E {
  const spoken: [from: string, to: string][] = [];
  const fill = (entity: Entity, say: (entity: Entity) => string): Entity => {
    const { id, kind } = entity;
    const found =
      id === null || entity.name !== null || !inDirectory.has(kind) ? undefined : names.get(id.toLowerCase());
    if (found === undefined || found.name === null) return entity;
    const filled: Entity = {
      kind: kind === 'other' ? found.kind : kind,
      id,
      name: found.name,
      address: entity.address ?? found.address,
    };
    spoken.push([say(entity), say(filled)]);
    return filled;
  };
  const actor = event.actor === null ? null : fill(event.actor, callable);
  const targets = event.targets.map(target => fill(target, nameOf));
  if (spoken.length === 0) return event;
  const filled = { ...event, actor, targets };
  const summary =
    renamed(rules, event, filled) ??
    shortened(spoken.reduce((text, [from, to]) => text.replaceAll(from, () => to), event.summary));
  const named = { ...filled, summary };
  return isTooLarge(named) ? event : named;
}

/** The names an event was given, to be given again to what is made of its record today. */
export function namesIn(event: Pick<StoredEvent, 'actor' | 'targets'>): readonly KnownName[] {
  const all = event.actor === null ? event.targets : [event.actor, ...event.targets];
  return all.flatMap(({ id, kind, name, address }) =>
    id === null || name === null
      ? []
      : [{ id: id.toLowerCase(), kind, name, address, at: 0 as KnownName['at'] }],
  );
}
