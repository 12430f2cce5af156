import { utcMilliseconds } from '../../shared/kernel/time.ts';

export const contentTypes = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;
export type ContentType = (typeof contentTypes)[number];
export const isContentType = (text: string): text is ContentType =>
  contentTypes.some(known => known === text);

/** Live blobs can be fetched for about twenty days, although only the last seven are listed. */
export const expiryOf = (created: number): number => created + 20 * 86_400_000;

/**
 * The provider's content id: contentCreated to the millisecond and six more digits, twice, and the type.
 * The digits are the blob's number in its slot and three of chance, so an id is enough to find its blob.
 */
export function contentIdOf(contentType: ContentType, created: number, index: number, luck: number): string {
  const time = new Date(created).toISOString().replaceAll(/\D/g, '');
  const stamp = `${time}${String(index % 1_000).padStart(3, '0')}${String(luck).padStart(3, '0')}`;
  const name = contentType.replace('.', '_');
  return `${stamp}$${stamp}$${name.toLowerCase()}$${name}`;
}

const stamped = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{3})\d{6}\$/;

/** contentCreated as the content id tells it; null for what is not one. */
export function contentIdTime(contentId: string): number | null {
  const m = stamped.exec(contentId);
  if (m === null) return null;
  const [, y, mo, d, h, mi, s, fraction] = m;
  return utcMilliseconds(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s), fraction);
}
