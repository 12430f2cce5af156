import { wordTable } from '../kernel/word-table.ts';
import type { OcsfObject } from './ocsf-event.ts';

interface Vendor {
  readonly vendor_name: string;
  readonly name: string;
  readonly log_provider: string;
}

const microsoft = (name: string, log_provider = 'microsoft.graph'): Vendor => ({
  vendor_name: 'Microsoft',
  name,
  log_provider,
});

/** By the first part of a source's id. */
const vendors = wordTable<Vendor>({
  entra: microsoft('Entra ID'),
  intune: microsoft('Intune'),
  defender: microsoft('Defender XDR'),
  exchange: microsoft('Exchange Online'),
  m365: microsoft('Microsoft 365', 'microsoft.management-activity'),
  mimecast: { vendor_name: 'Mimecast', name: 'Mimecast', log_provider: 'mimecast' },
});

/** Which product logged it; a source of a vendor nobody has entered here is its own product. */
export function productOf(source: string): { readonly product: OcsfObject; readonly log_provider?: string } {
  const vendor = source.slice(0, source.indexOf('.'));
  const found = Object.hasOwn(vendors, vendor) ? vendors[vendor] : undefined;
  if (found === undefined) return { product: { name: source } };
  const { log_provider, ...product } = found;
  return { product, log_provider };
}
