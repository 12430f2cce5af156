import { randomBytes } from 'node:crypto';
import { keptKey } from './kept-key.ts';

const keyBytes = 32;

/** 32 bytes that belong to this data folder: signs continuations, so that a restart ends none of them. */
export const installationKey = (folder: string): Promise<Uint8Array> =>
  keptKey(folder, {
    name: 'installation.key',
    make: () => randomBytes(keyBytes),
    isWhole: bytes => bytes.length === keyBytes,
    mend: 'Delete it: open result pages must then be searched anew.',
  });
