import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { instant, type Instant, type Window } from '../../kernel/time.ts';

/** Both ends belong to it. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** Where a walk by time stands. */
export interface Stand {
  /** What is still to be asked for, the first of it now. */
  readonly spans: readonly Span[];
  /** A next link to follow inside the first span. */
  readonly link: string | null;
  /** Rows of the first span to pass by: of a millisecond that holds more than a page. */
  readonly skip: number;
  /** Whether Graph has said of an answer that it was only a part. */
  readonly partial: boolean;
}

/** What a cursor holds at most. */
const longestStand = 8_192;

const standSchema = z.strictObject({
  spans: z.array(z.tuple([z.number(), z.number()])),
  link: z.string().nullable(),
  skip: z.int().min(0),
  partial: z.boolean(),
});

/** The stand as a resume token. */
export function writtenStand(stand: Stand): string {
  const text = JSON.stringify({ ...stand, spans: stand.spans.map(({ from, to }) => [from, to]) });
  if (text.length <= longestStand) return text;
  throw new AppError(
    'provider.malformed',
    'retry-later',
    'Graph’s link to the next page is too long to keep.',
  );
}

/** The stand of a resume token; of none, the window's beginning. */
export function readStand(resume: string | null, { from, to }: Window): Stand {
  if (resume === null) return { spans: [{ from, to }], link: null, skip: 0, partial: false };
  const read = standSchema.safeParse(parsed(resume));
  if (!read.success) {
    throw new AppError(
      'provider.link-expired',
      'retry',
      'The place where paging stood cannot be read. The window is asked for again from its beginning.',
    );
  }
  const spans = read.data.spans.map(([a, b]) => ({ from: instant(a), to: instant(b) }));
  return { ...read.data, spans };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // refused by the schema, with the sentence for it
  }
}
