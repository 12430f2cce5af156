/**
 * Frees the memory behind bytes at once; they are empty from then on. Left to the garbage collector, it would
 * come back when the old heap is collected next, and the bodies of some dozen pages would wait for that.
 * For bytes nobody will look at again, nor at the rest of their memory. What does not begin its memory, and what is
 * small enough to share it with others, is left as it is.
 */
export function freeBytes({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength >= unshared) buffer.transfer(0);
}

/** Node gives smaller buffers a part of one memory. */
const unshared = Buffer.poolSize / 2;

export const areFreed = ({ buffer }: Uint8Array): boolean => buffer instanceof ArrayBuffer && buffer.detached;
