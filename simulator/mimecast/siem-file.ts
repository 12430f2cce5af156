import { gzipSync } from 'node:zlib';
import { decodePart, type Answer, type Call, type Reply, type Resolved } from '../exchange.ts';
import type { Site } from '../site.ts';
import { siemTypes, type SimBatch } from '../world/world.ts';
import type { MimecastCaller } from './mimecast-token.ts';

/** The signed address of a file, in the store, which is another origin than the API. */
export function fileUrl(
  site: Site,
  { tenant, account }: MimecastCaller,
  file: SimBatch,
  expiry: number,
): string {
  const day = new Date(file.listedAt).toISOString().slice(0, 10).replaceAll('-', '/');
  const type = file.type.replaceAll(' ', '-');
  const signature = site.links.mimecastFiles.seal([tenant.id, file.type, file.id, expiry]);
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature=${signature}`;
  return `${site.filesUrl}/${account.accountCode}/${type}/${day}/${file.id}.json.gz?${query}`;
}

/** Everything the file store answers. */
export function fileStore(site: Site, call: Call): Resolved {
  const [tenantId, type, id, expiry] =
    site.links.mimecastFiles.open(decodePart(call.query.get('X-Amz-Signature') ?? '')) ?? [];
  const tenant = typeof tenantId === 'string' ? site.tenants.find(tenantId) : null;
  return {
    route: 'mimecast.file',
    tenant: tenant?.id ?? null,
    continued: false,
    answer(now) {
      // The signature is the permission; a token beside it is one credential too many.
      if (call.headers.authorization !== undefined)
        return storeError(400, 'InvalidArgument', 'Only one auth mechanism allowed');
      if (call.method !== 'GET')
        return storeError(405, 'MethodNotAllowed', 'The specified method is not allowed.');
      const known = siemTypes.find(one => one === type);
      const account = tenant?.sim?.mimecast ?? null;
      if (account === null || known === undefined || typeof expiry !== 'number' || typeof id !== 'string') {
        return storeError(403, 'SignatureDoesNotMatch', 'The request signature does not match.');
      }
      if (expiry <= now) return fileGone('expired');
      const file = account.batch(known, id);
      return file === null ? fileGone('absent') : filePage(file);
    },
  };
}

/** The words of the store, which knows nothing of Mimecast. */
const storeError = (status: number, code: string, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

export const fileGone = (how: 'expired' | 'absent'): Reply =>
  how === 'expired'
    ? storeError(403, 'AccessDenied', 'Request has expired')
    : storeError(404, 'NoSuchKey', 'The specified key does not exist.');

/** Lines of JSON, packed. Two gzip members one after the other are one file, and are written so here. */
const filePage = (file: SimBatch): Answer => ({
  holds: 'records',
  records: file.lines(),
  next: null,
  self: '',
  timeField: 'timestamp',
  render: records => {
    const half = Math.ceil(records.length / 2);
    const members = [records.slice(0, half), records.slice(half)].filter(part => part.length > 0);
    const body = Buffer.concat(members.map(part => gzipSync(part.map(line => `${line}\n`).join(''))));
    return { status: 200, headers: { 'content-type': 'application/gzip' }, body };
  },
});
