import { sha256 } from '../../shared/kernel/hash.ts';
import type { Call } from '../exchange.ts';
import type { Site } from '../site.ts';
import { GraphRefusal, skipTokenNull } from './graph-error.ts';
import type { Position } from './read-page.ts';

/** A walk over pages: what was visible when it began, and how far it has come. */
export interface Walk {
  readonly asOf: number;
  readonly position: Position | null;
}

const queryOf = (call: Call): string =>
  sha256(
    [...call.query]
      .filter(([name]) => name !== '$skiptoken')
      .map(pair => pair.join('='))
      .join('&'),
  ).slice(0, 16);

/** The walk a request goes on with, or a new one. A token of another query, tenant or age is refused. */
export function walkOf(site: Site, call: Call, route: string, tenant: string, now: number): Walk {
  const token = call.query.get('$skiptoken');
  if (token === null) return { asOf: now, position: null };
  const parts = site.links.graph.open(token);
  const [query, asOf, time, passed, issued] = parts ?? [];
  const whole =
    query === `${route}/${tenant}/${queryOf(call)}` &&
    typeof asOf === 'number' &&
    typeof time === 'number' &&
    typeof passed === 'number' &&
    typeof issued === 'number';
  if (!whole) throw new GraphRefusal(skipTokenNull);
  const lifetime = site.links.lifetimeMs;
  if (lifetime !== null && now - issued > lifetime) throw new GraphRefusal(skipTokenNull);
  return { asOf, position: passed === 0 ? null : { time, passed } };
}

/**
 * The absolute link to the page at a position. Everything is in the link: it survives a restart.
 * Without a position it leads to the first page of the same walk.
 */
export function linkTo(
  site: Site,
  call: Call,
  route: string,
  tenant: string,
  now: number,
  walk: Walk,
): string {
  const { time, passed } = walk.position ?? { time: 0, passed: 0 };
  const token = site.links.graph.seal([`${route}/${tenant}/${queryOf(call)}`, walk.asOf, time, passed, now]);
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', token);
  return `${call.origin}${call.path}?${query.toString().replaceAll('%24', '$')}`;
}
