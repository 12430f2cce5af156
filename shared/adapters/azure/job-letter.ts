import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { jobSchema } from '../../ports/job-queue.ts';

/** What a message of the job queue says. */
const letterSchema = z.strictObject({
  job: jobSchema,
  key: z.string().nullable(),
  /** Milliseconds since the epoch; beyond what the service can hide, a message is hidden again. */
  notBefore: z.number(),
  /** Deliveries of earlier messages of the same job: the service counts only this message's own. */
  tried: z.number().optional(),
  /** The messages this one comes after: until the key is this one's, it is one of theirs. */
  instead: z.array(z.string()).optional(),
});
export type Letter = z.infer<typeof letterSchema>;

/** Base64 of a message may have 64 KB. */
const largestLetter = 48_000;

/** In base64, as the Functions host reads messages. */
export function writeLetter(letter: Letter): string {
  const json = JSON.stringify(letter);
  if (Buffer.byteLength(json) > largestLetter) {
    throw new AppError('bug', 'give-up', 'A job is larger than a message of Queue Storage may be.');
  }
  return Buffer.from(json).toString('base64');
}

/** Throws `store.corrupt` where the message is not one of ours. */
export const readLetter = (text: string): Letter => readLetterBody(Buffer.from(text, 'base64').toString());

/** The same, of a message the Functions host has decoded. */
export function readLetterBody(body: string): Letter {
  try {
    return letterSchema.parse(JSON.parse(body));
  } catch {
    throw new AppError(
      'store.corrupt',
      'give-up',
      'A message of the job queue is not one of ours. Look at the queue, and remove what does not belong there.',
    );
  }
}
