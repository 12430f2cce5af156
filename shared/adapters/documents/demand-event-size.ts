import { AppError } from '../../kernel/errors.ts';
import type { NormalizedEvent } from '../../model/event.ts';
import { isTooLarge } from '../../model/event-size.ts';

/** The event must be one that every profile can keep. Whoever makes events of records puts others into quarantine. */
export function demandEventSize(event: NormalizedEvent): void {
  if (!isTooLarge(event)) return;
  throw new AppError(
    'bug',
    'give-up',
    'An event is larger than one may be, and nothing of its call was stored.',
  );
}
