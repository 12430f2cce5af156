import { remembered } from '../../kernel/remembered.ts';
import type { Client } from '../../model/event.ts';
import { client } from './entity.ts';
import { parseIp, type IpAndPort } from './ip.ts';
import type { Fields } from './reading.ts';

// `CallerIpAddress`, `SourceIP`, `ClientIPv4` …: a field nobody has mapped yet. Not where something went to, and not
// the server it came from.
const namedForAddress = /ip(v4|v6)?(_?addr(ess(es)?)?)?s?$/i;
const elsewhere = /^(to|dest|target|server|recipient)/i;

/** Whether a field of this name may hold the address something came from. */
export const mayHoldAddress = remembered(2_000, name => namedForAddress.test(name) && !elsewhere.test(name));

/** The first address among the fields named for one. */
export function addressNamed(record: Fields): IpAndPort | null {
  for (const name of Object.keys(record)) {
    const found = mayHoldAddress(name) ? parseIp(record[name]) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The same of a list of names and values, read already. */
export function addressAmong(values: ReadonlyMap<string, unknown>): IpAndPort | null {
  for (const [name, value] of values) {
    const found = mayHoldAddress(name) ? parseIp(value) : null;
    if (found !== null) return found;
  }
  return null;
}

/** A client of which no more is known than such an address: logs that never hold one, when they come to. */
export const clientNamed = (record: Fields): Client | null => {
  const found = addressNamed(record);
  return found === null ? null : client(found);
};
