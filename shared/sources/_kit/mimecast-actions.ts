import type { Outcome } from '../../model/event.ts';
import { word } from './reading.ts';

/** What Mimecast did with a mail, in its own words; lower case. */
const outcomes: readonly (readonly [RegExp, Outcome])[] = [
  [/hold|held|block|reject|bounce|delete|drop|quarantine|denied|deny|strip|remove|fail/, 'failure'],
  [/warn|tag|remediat|sanitis|sanitiz|sandbox|isolat/, 'partial'],
  [/allow|none|accept|deliver|release|permit|notif|log|archive|monitor|continue/, 'success'],
];

/** What became of a mail whose action has this name: stopped, let through with a mark, or let through. */
export function outcomeOfAction(action: unknown): Outcome {
  // `none` is a word here, not the lack of one.
  const said = typeof action === 'string' ? action.toLowerCase() : word(action);
  if (said === null || said.trim() === '') return 'unknown';
  return outcomes.find(([pattern]) => pattern.test(said))?.[1] ?? 'unknown';
}
