import { AppError } from '../../kernel/errors.ts';

/** It was there when the call was authorized and is not any more: retention, or a race. */
export function gone(thing: 'event' | 'run' | 'operation'): AppError {
  return new AppError('not-found', 'give-up', `There is no such ${thing} among what you may see.`, {
    target: 'id',
  });
}
