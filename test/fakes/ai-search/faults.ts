/** What a request is about, for faults that meet only some. */
export type RequestKind = 'write' | 'search' | 'manage';

/** A status to answer instead of the work. */
export interface PlannedAnswer {
  readonly status: number;
  readonly times: number;
  readonly on?: RequestKind;
  /** Only requests whose path begins so. */
  readonly path?: string;
  /** Seconds, in a Retry-After header. */
  readonly retryAfter?: number;
}

/** How the fake misbehaves. Everything is off at first, and every fault ends by itself or when told. */
export interface Faults {
  /** While true nobody answers: connections are closed without a word. */
  outage: boolean;
  /** The outage begins after so many more requests. */
  outageAfter: number | null;
  /** While true requests are taken and never answered. */
  silence: boolean;
  /** After so many more writes one is done and its answer lost. */
  loseAnswerAfter: number | null;
  /** Writes become findable only after so many more requests. */
  visibleAfter: number;
  /** An answer has at most so many documents, and a continuation. */
  pageSize: number;
  /** The next so many requests of a kind fail as a whole. */
  answers: PlannedAnswer[];
  /** The status of a document in the next so many batches; null writes it. */
  documents: { readonly times: number; readonly statusOf: (key: string) => number | null } | null;
}

export const noFaults = (): Faults => ({
  outage: false,
  outageAfter: null,
  silence: false,
  loseAnswerAfter: null,
  visibleAfter: 0,
  pageSize: 1_000,
  answers: [],
  documents: null,
});

/** Whether nobody answers this request. */
export function isOut(faults: Faults): boolean {
  if (faults.outageAfter === 0) [faults.outage, faults.outageAfter] = [true, null];
  else if (faults.outageAfter !== null) faults.outageAfter -= 1;
  return faults.outage;
}

/** Whether the answer to a write that was done gets lost. */
export function isAnswerLost(faults: Faults): boolean {
  const left = faults.loseAnswerAfter;
  faults.loseAnswerAfter = left === null || left === 0 ? null : left - 1;
  return left === 0;
}

/** The planned answer that meets this request, counted down. */
export function takeAnswer(faults: Faults, kind: RequestKind, path: string): PlannedAnswer | null {
  const at = faults.answers.findIndex(
    one => (one.on === undefined || one.on === kind) && path.startsWith(one.path ?? ''),
  );
  const planned = faults.answers[at];
  if (planned === undefined) return null;
  if (planned.times > 1) faults.answers[at] = { ...planned, times: planned.times - 1 };
  else faults.answers.splice(at, 1);
  return planned;
}

/** How documents of this batch fare, counted down. */
export function takeDocuments(faults: Faults): (key: string) => number | null {
  const planned = faults.documents;
  if (planned === null) return () => null;
  faults.documents = planned.times > 1 ? { ...planned, times: planned.times - 1 } : null;
  return planned.statusOf;
}
