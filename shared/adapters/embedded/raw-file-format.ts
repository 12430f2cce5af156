import { promisify } from 'node:util';
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { freeBytes } from '../../kernel/free-bytes.ts';
import { sha256, type Sha256 } from '../../kernel/hash.ts';
import { zstdOptions } from '../documents/zstd-options.ts';

/**
 * A stored object is one file that the ordinary `zstd -d` opens: first a skippable frame (RFC 8878 section
 * 3.1.2) that holds what we know about the object, which decompressors pass over, then the compressed bytes.
 * The frame's text is JSON, a line feed, and the SHA-256 of that JSON: a change of it by hand shows.
 */
const metadataSchema = z.strictObject({
  /** Whose and which object this is: a file moved to another name is not that other object. */
  tenant: z.string(),
  key: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).transform(text => text as Sha256),
  /** Bytes before compression. */
  size: z.int().min(0),
  /** Bytes of the compressed body: what somebody adds after it would otherwise go unnoticed. */
  packed: z.int().min(0),
  contentType: z.string(),
  storedAt: z.number(),
  retainUntil: z.number(),
}); // prettier-ignore
export type RawMetadata = z.infer<typeof metadataSchema>;

const magic = 0x184d2a50;
const frameHead = 8;
// No metadata of ours comes near it; a damaged length must not make us read a gigabyte.
const longestMetadata = 64 * 1024;
// Up to here the thread does it itself in a millisecond: the way to another thread and back costs more than that.
// Beyond it, others must not be kept waiting.
const smallBytes = 256 * 1024;
// Each chunk of output is a trip to the other thread: the usual 16 KiB makes hundreds of a large page. For a
// small one a large chunk would be made in vain.
const chunkFor = (output: number): number => Math.min(Math.max(output, 4 * 1024), 512 * 1024);
const compressAside = promisify(zstdCompress);
const decompressAside = promisify(zstdDecompress);

/** How much of a file's beginning holds the metadata in nearly every case. */
export const usualHead = 1024;

export async function encodeRawFile(
  about: Omit<RawMetadata, 'sha256' | 'size' | 'packed'>,
  digest: Sha256,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const body =
    bytes.length <= smallBytes
      ? zstdCompressSync(bytes, zstdOptions(bytes.length))
      : await compressAside(bytes, { ...zstdOptions(bytes.length), chunkSize: chunkFor(bytes.length >> 3) });
  const sizes = { sha256: digest, size: bytes.length, packed: body.length };
  const json = JSON.stringify({ ...about, ...sizes } satisfies RawMetadata);
  const text = Buffer.from(`${json}\n${sha256(json)}`);
  const head = Buffer.alloc(frameHead);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(text.length, 4);
  const file = Buffer.concat([head, text, body]);
  freeBytes(body);
  return file;
}

/** Bytes of the file before the compressed body, from its first eight; null when it is no file of ours. */
export function headLength(start: Uint8Array): number | null {
  if (start.length < frameHead) return null;
  const view = Buffer.from(start.buffer, start.byteOffset, start.length);
  const length = view.readUInt32LE(4);
  return view.readUInt32LE(0) === magic && length <= longestMetadata ? frameHead + length : null;
}

/** The metadata in a file's head (`headLength` bytes); null when it is not what was written. */
export function decodeMetadata(head: Uint8Array): RawMetadata | null {
  const text = Buffer.from(head).toString('utf8', frameHead);
  const end = text.lastIndexOf('\n');
  const json = text.slice(0, Math.max(0, end));
  if (end < 0 || sha256(json) !== text.slice(end + 1)) return null;
  try {
    return metadataSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

/** The object's bytes from the compressed body; null when they are not the ones that were put. */
export async function decodeBody(metadata: RawMetadata, body: Uint8Array): Promise<Uint8Array | null> {
  if (body.length !== metadata.packed) return null;
  try {
    // A changed body must not be able to unfold into more memory than the object ever had.
    const limit = { chunkSize: chunkFor(metadata.size), maxOutputLength: Math.max(1, metadata.size) };
    const bytes =
      metadata.size <= smallBytes ? zstdDecompressSync(body, limit) : await decompressAside(body, limit);
    return bytes.length === metadata.size && sha256(bytes) === metadata.sha256 ? bytes : null;
  } catch {
    return null;
  }
}
