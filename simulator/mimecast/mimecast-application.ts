import { sha256 } from '../../shared/kernel/hash.ts';
import type { Site } from '../site.ts';
import type { Tenant } from '../tenant-book.ts';

/** A customer's own API application: unlike at Microsoft, every account has one, with a secret of its own. */
export interface MimecastApplication {
  readonly clientId: string;
  readonly secret: string;
}

export const mimecastApplication = (seed: number, tenantId: string): MimecastApplication => ({
  clientId: `mc${sha256(`${seed}/mimecast client/${tenantId}`).slice(0, 38)}`,
  secret: `simulator-only-${sha256(`${seed}/mimecast secret/${tenantId}`).slice(0, 24)}`,
});

/** The tenant whose application this is; null for an application nobody has. */
export function ownerOf(site: Site, clientId: string): Tenant | null {
  const owns = ({ id, sim }: Tenant): boolean =>
    sim !== null && sim.mimecast !== null && mimecastApplication(site.seed, id).clientId === clientId;
  return site.tenants.all().find(owns) ?? null;
}
