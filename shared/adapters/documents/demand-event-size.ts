import { AppError } from '../../kernel/errors.ts';
import type { NormalizedEvent } from '../../model/event.ts';
import { isTooLarge, mostBytes } from '../../model/event-size.ts';

/**
 * The event must be one that every profile can keep. Whoever makes events of records puts others into quarantine.
 * Answers its mostBytes.
 */
export function demandEventSize(event: NormalizedEvent): number {
  const most = mostBytes(event);
  if (!isTooLarge(event, most)) return most;
  throw new AppError(
    'bug',
    'give-up',
    'An event is larger than one may be, and nothing of its call was stored.',
  );
}
