import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { sha256, type Sha256 } from '../../kernel/hash.ts';
import { instant, type Instant } from '../../kernel/time.ts';
import { zstdOptions } from '../documents/zstd-options.ts';

/** What is known of an archived object beside its bytes. */
export interface BlobAbout {
  readonly tenant: string;
  readonly key: string;
  /** Of the bytes before compression, and how many. */
  readonly sha256: Sha256;
  readonly size: number;
  readonly contentType: string;
  readonly storedAt: Instant;
  readonly retainUntil: Instant;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The blob's content: one zstd frame, which the ordinary `zstd -d` opens. */
export const packBytes = async (bytes: Uint8Array): Promise<Uint8Array> =>
  compress(bytes, zstdOptions(bytes.length));

/** The object's bytes; null when they are not the ones that were put. */
export async function unpackBytes(about: BlobAbout, content: Uint8Array): Promise<Uint8Array | null> {
  try {
    // A changed body must not be able to unfold into more memory than the object ever had.
    const bytes = await decompress(content, { maxOutputLength: Math.max(1, about.size) });
    return bytes.length === about.size && sha256(bytes) === about.sha256 ? bytes : null;
  } catch {
    return null;
  }
}

/**
 * As metadata of the blob, so that a listing has it without reading bodies; immutable with the blob. `seal` covers
 * the rest: metadata of a blob that is not locked yet can be changed without touching the body.
 */
export function writeAbout(about: BlobAbout): Record<string, string> {
  const fields = {
    tenant: about.tenant,
    key: about.key,
    sha256: about.sha256,
    size: String(about.size),
    contenttype: encodeURIComponent(about.contentType),
    storedat: String(about.storedAt),
    retainuntil: String(about.retainUntil),
  };
  return { ...fields, seal: sealOf(fields) };
}

/** What the metadata says; null when it is not what was written, or of another object. */
export function readAbout(
  metadata: Readonly<Record<string, string>>,
  tenant: string,
  key: string,
): BlobAbout | null {
  const { seal, ...fields } = pick(metadata);
  if (seal !== sealOf(fields) || fields.tenant !== tenant || fields.key !== key) return null;
  return {
    tenant,
    key,
    sha256: fields.sha256 as Sha256,
    size: Number(fields.size),
    contentType: decodeURIComponent(fields.contenttype),
    storedAt: instant(Number(fields.storedat)),
    retainUntil: instant(Number(fields.retainuntil)),
  };
}

const names = ['tenant', 'key', 'sha256', 'size', 'contenttype', 'storedat', 'retainuntil', 'seal'] as const;
type Fields = Readonly<Record<Exclude<(typeof names)[number], 'seal'>, string>>;

const pick = (
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<(typeof names)[number], string>> => ({
  tenant: metadata['tenant'] ?? '',
  key: metadata['key'] ?? '',
  sha256: metadata['sha256'] ?? '',
  size: metadata['size'] ?? '',
  contenttype: metadata['contenttype'] ?? '',
  storedat: metadata['storedat'] ?? '',
  retainuntil: metadata['retainuntil'] ?? '',
  seal: metadata['seal'] ?? '',
});

const sealOf = (fields: Fields): string =>
  sha256(names.flatMap(name => (name === 'seal' ? [] : `${name}=${fields[name]}\n`)).join(''));
