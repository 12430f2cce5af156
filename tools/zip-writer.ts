import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With forward slashes, relative. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** 1980-01-01, the format's own beginning: the same files give the same archive, whenever it is made. */
const dosDate = 0x0021;
const utf8Names = 0x0800;
const deflated = 8;
/** A plain file, readable by all: unpackers on Linux take the mode from here. */
const fileMode = (0o100644 << 16) >>> 0;
const madeOnUnix = (3 << 8) | 20;

/** A ZIP archive of a few files below 4 GB; the form that deployments to Azure Functions take. */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of entries) {
    const name = Buffer.from(path, 'utf8');
    const body = deflateRawSync(bytes, { level: 9 });
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(utf8Names, 2);
    about.writeUInt16LE(deflated, 4);
    about.writeUInt16LE(dosDate, 8);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(body.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\u0003\u0004', 'latin1'), about, name, body);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(fileMode, 6);
    rest.writeUInt32LE(offset, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(madeOnUnix, 0);
    directory.push(Buffer.from('PK\u0001\u0002', 'latin1'), made, about, rest, name);
    offset += 4 + about.length + name.length + body.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
}
