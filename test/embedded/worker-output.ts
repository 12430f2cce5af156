/** Events in one call of a worker's `upsert`. */
export const batchSize = 50;

/** What a worker of this name puts at a step: about 40 kB that zstd makes little of. */
export function bytesOf(name: string, step: number): Uint8Array {
  let state = step + name.length * 7_919 + (name.codePointAt(0) ?? 0) * 104_729;
  return Uint8Array.from({ length: 40_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

export interface WorkerLine {
  readonly step?: number;
  readonly result?: unknown;
  readonly failed?: { readonly code: string; readonly message: string };
}
