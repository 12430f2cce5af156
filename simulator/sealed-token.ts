import { createHmac, timingSafeEqual } from 'node:crypto';

type Part = string | number;

/**
 * Opaque, stateless continuation tokens: they hold everything the next page needs and are sealed with a key
 * made of the seed, so that a token survives a restart of the simulator and cannot be edited.
 */
export interface TokenSeal {
  seal(parts: readonly Part[]): string;
  /** The parts, or null for a token that is not ours. */
  open(token: string): readonly Part[] | null;
}

const macLength = 12;

/** A seal for one use: a token of one kind does not open as another. */
export function tokenSeal(seed: number, use: string): TokenSeal {
  const mac = (text: Buffer): Buffer =>
    createHmac('sha256', `simulator/${seed}/${use}`).update(text).digest().subarray(0, macLength);
  return {
    seal(parts) {
      const text = Buffer.from(JSON.stringify(parts));
      return Buffer.concat([mac(text), text]).toString('base64url');
    },
    open(token) {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length <= macLength) return null;
      const text = bytes.subarray(macLength);
      if (!timingSafeEqual(bytes.subarray(0, macLength), mac(text))) return null;
      return readParts(text.toString());
    },
  };
}

function readParts(text: string): readonly Part[] | null {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts)) return null;
  return parts.every(part => typeof part === 'string' || typeof part === 'number') ? parts : null;
}
