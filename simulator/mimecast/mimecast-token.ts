import { jsonReply, type Call, type Reply } from '../exchange.ts';
import type { Site } from '../site.ts';
import type { Tenant } from '../tenant-book.ts';
import type { SimMimecast } from '../world/world.ts';
import { mimecastApplication, ownerOf } from './mimecast-application.ts';
import { flatFail, problems } from './mimecast-error.ts';

/** Half an hour, as the sheet's samples have it: one second less. */
const tokenSeconds = 1_799;

/** Who calls, and which of the account's hosts was asked. */
export interface MimecastCaller {
  readonly tenant: Tenant;
  readonly account: SimMimecast;
  readonly clientId: string;
}

/** `POST /oauth/token`: client credentials in a form, and nothing else. */
export function tokenEndpoint(site: Site, call: Call, region: string): Reply {
  const type = String(call.headers['content-type'] ?? '');
  if (!type.startsWith('application/x-www-form-urlencoded')) return flatFail(problems.formExpected);
  const form = new URLSearchParams(call.body);
  if (form.get('grant_type') !== 'client_credentials') return flatFail(problems.grantUnsupported);
  const clientId = form.get('client_id') ?? '';
  const tenant = ownerOf(site, clientId);
  const account = tenant?.sim?.mimecast ?? null;
  const secret = tenant === null ? null : mimecastApplication(site.seed, tenant.id).secret;
  const enabled = tenant?.flags.mimecastApplication === 'enabled';
  // An account of another region is as unknown here as one that never was.
  if (
    tenant === null ||
    account === null ||
    !enabled ||
    form.get('client_secret') !== secret ||
    !knows(region, account)
  ) {
    return flatFail(problems.clientUnknown);
  }
  const endsAt = site.clock.base() + tokenSeconds * 1_000;
  const token = site.links.mimecast.seal(['bearer', tenant.id, region, endsAt, site.nextId()]);
  return jsonReply(200, { access_token: token, token_type: 'Bearer', expires_in: tokenSeconds, scope: '' });
}

/** The global host finds every account; a region's host knows its own. */
const knows = (region: string, account: SimMimecast): boolean =>
  region === 'global' || region === account.region;

/** Checks a bearer token: ours, not ended, of this host. Null for any other. */
export function checkMimecastBearer(site: Site, call: Call, region: string): MimecastCaller | null {
  const token = /^Bearer (\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
  const [kind, tenantId, issuedFor, endsAt] =
    token === undefined ? [] : (site.links.mimecast.open(token) ?? []);
  if (kind !== 'bearer' || issuedFor !== region) return null;
  // By the base clock, like the other providers' tokens: who holds one does not know the virtual one.
  if (typeof endsAt !== 'number' || endsAt <= site.clock.base()) return null;
  const tenant = site.tenants.find(String(tenantId));
  const account = tenant?.sim?.mimecast ?? null;
  if (tenant === null || account === null || tenant.flags.mimecastApplication !== 'enabled') return null;
  return { tenant, account, clientId: mimecastApplication(site.seed, tenant.id).clientId };
}
