import type { Answer, Page } from '../exchange.ts';
import { contentTypes } from '../world/content-id.ts';
import type { SimBlob, SimTenant } from '../world/world.ts';
import { af, managementError } from './management-error.ts';

/** GET /audit/{contentId}: the records of one blob, as they are. */
export function readBlob(sim: SimTenant, contentId: string, self: string, now: number): Answer {
  if (!/^[\w$.-]+$/.test(contentId)) return managementError(af.contentId(contentId.slice(0, 100)));
  const blob = find(sim, contentId);
  // What is not visible yet does not exist yet.
  if (blob === null || blob.visibleAt > now) return managementError(af.noContent(contentId));
  if (blob.contentExpiration <= now) return managementError(af.contentExpired(contentId));
  return blobPage(blob.records(now), self);
}

/** The id ends with its content type, spelled with an underscore; where it does not, each type is tried. */
function find(sim: SimTenant, contentId: string): SimBlob | null {
  const suffix = contentId.slice(contentId.lastIndexOf('$') + 1).toLowerCase();
  const likely = contentTypes.filter(type => type.replace('.', '_').toLowerCase() === suffix);
  for (const type of [...likely, ...contentTypes.filter(it => !likely.includes(it))]) {
    const blob = sim.blob(type, contentId);
    if (blob !== null) return blob;
  }
  return null;
}

const blobPage = (records: readonly string[], self: string): Page => ({
  holds: 'records',
  records,
  next: null,
  self,
  timeField: 'CreationTime',
  render: texts => ({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: `[${texts.join(',')}]`,
  }),
});
