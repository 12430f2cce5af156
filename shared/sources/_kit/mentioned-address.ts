import type { Client, Entity } from '../../model/event.ts';
import { client, mentions } from './entity.ts';
import { parseIp } from './ip.ts';
import { word } from './reading.ts';

/** What may be an address; parseIp decides. Bounded, so that no text takes long to look through. */
const ipLike = /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|[0-9a-f]{0,4}:[0-9a-f:.]{1,40}(?!\w))/gi;

/**
 * The first address that sentences name: a finding without evidence has it nowhere else. One that the evidence names
 * as a thing is no client: what it says of it was read already.
 */
export function clientMentioned(sentences: readonly unknown[], things: readonly Entity[]): Client | null {
  for (const value of sentences) {
    for (const [candidate] of (word(value) ?? '').matchAll(ipLike)) {
      const found = parseIp(candidate.replace(/[.:]+$/, ''));
      if (found !== null && !mentions(things, found.ip)) return client({ ip: found.ip });
    }
  }
  return null;
}
