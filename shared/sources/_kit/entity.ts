import type { Client, Entity, EntityKind } from '../../model/event.ts';

/** An entity with what is known of it; null when nothing is. */
export function entity(
  kind: EntityKind,
  known: { id?: string | null; name?: string | null; address?: string | null },
): Entity | null {
  const { id = null, name = null, address = null } = known;
  return id === null && name === null && address === null ? null : { kind, id, name, address };
}

/** More would make one event as large as a page; all of them stay in raw. */
const most = 100;

/** Adds a thing to a list in which each stands once; a later mention fills what an earlier one left open. */
export function addEntity(found: Entity[], next: Entity | null): void {
  if (next === null) return;
  const at = found.findIndex(known => same(known, next));
  const known = found[at];
  if (known !== undefined) found[at] = merged(known, next);
  else if (found.length < most) found.push(next);
}

/** Whether some entity already bears this text as id, name or address. */
export function mentions(found: readonly Entity[], text: string): boolean {
  const lower = text.toLowerCase();
  return found.some(
    ({ id, name, address }) =>
      id?.toLowerCase() === lower || name?.toLowerCase() === lower || address?.toLowerCase() === lower,
  );
}

function same(a: Entity, b: Entity): boolean {
  if (a.id !== null && b.id !== null) return a.id === b.id && a.kind === b.kind;
  if (a.address !== null && b.address !== null) return a.address.toLowerCase() === b.address.toLowerCase();
  return a.name !== null && a.name === b.name && a.kind === b.kind;
}

const merged = (a: Entity, b: Entity): Entity => ({
  kind: a.kind === 'other' ? b.kind : a.kind,
  id: a.id ?? b.id,
  name: a.name ?? b.name,
  address: a.address ?? b.address,
});

const unknownClient: Client = {
  ip: null, port: null, userAgent: null, app: null, device: null, os: null, country: null, city: null,
}; // prettier-ignore

/** A client with what is known of it; null when nothing is. */
export function client(known: Partial<Client>): Client | null {
  const { ip, userAgent, app, device, os, country, city } = known;
  const something = ip ?? userAgent ?? app ?? device ?? os ?? country ?? city ?? null;
  return something === null ? null : { ...unknownClient, ...known };
}
