import type { Outcome } from '../../model/event.ts';
import { text, word } from './reading.ts';

/** What Mimecast did with a mail, in its own words; lower case. */
const outcomes: readonly (readonly [RegExp, Outcome])[] = [
  [/\bun-?(block|quarantine)/, 'success'],
  [/\bnot[ _](deliver|allow|accept|permit|releas)|\b(un|non-?)deliver|\bdisallow/, 'failure'],
  [
    /(?<![a-z])(hold|held)|block|reject|bounce|delete|drop|quarantine|denied|deny|strip|remove|fail/,
    'failure',
  ],
  [/warn|(?<![a-z])tag|remediat|sanitis|sanitiz|sandbox|isolat/, 'partial'],
  [/allow|none|accept|deliver|release|permit|notif|(?<![a-z])log|archive|monitor|continue/, 'success'],
];

/** The action a record names; `none` is a word here, not the lack of one, as `N/A` is. */
export function actionSaid(value: unknown): string | null {
  const said = text(value);
  return said?.toLowerCase() === 'none' ? said : word(said);
}

/** What became of a mail whose action has this name: stopped, let through with a mark, or let through. */
export function outcomeOfAction(action: unknown): Outcome {
  const said = actionSaid(action)?.toLowerCase() ?? '';
  return outcomes.find(([pattern]) => pattern.test(said))?.[1] ?? 'unknown';
}
