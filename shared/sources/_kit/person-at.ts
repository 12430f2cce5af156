import type { Entity } from '../../model/event.ts';
import { domainOf, isAddress } from './address.ts';
import { entity } from './entity.ts';

// Whom mail servers write as: Exchange's own address ends with the same 32 digits in every organisation.
const mailServer = /^(?:postmaster|mailer-daemon|microsoftexchange[0-9a-f]{32})@/i;

/**
 * Whoever an address belongs to: a user of the customer's or their mail server, which writes of bounces and of held
 * mail, or somebody else. Text that is no address is a name.
 */
export function personAt(
  address: string | null,
  domains: readonly string[],
  known: { readonly name?: string | null } = {},
): Entity | null {
  const domain = domainOf(address);
  const inside = domain !== null && domains.includes(domain);
  const kind = !inside ? 'other' : mailServer.test(address ?? '') ? 'system' : 'user';
  const { name = null } = known;
  return address !== null && !isAddress(address)
    ? entity(kind, { name: name ?? address })
    : entity(kind, { address, name });
}
