import { wordTable } from '../../kernel/word-table.ts';
import type { Category } from '../../model/event.ts';

/** One kind of event: the stream it comes in, and what it amounts to. */
export interface EventType {
  /** As Mimecast's query wants it, with spaces. */
  readonly type: string;
  readonly category: Category;
  readonly ocsf: { readonly class: number; readonly activity: number };
  /** Whether a record of this kind is about something found, not about a mail on its way. */
  readonly finds: boolean;
}

// Email activity: send, receive, scan, trace. Detection finding: create.
const mail = (type: string, activity: number): EventType => ({
  type,
  category: 'mail',
  ocsf: { class: 4009, activity },
  finds: false,
});
const finding = (type: string): EventType => ({
  type,
  category: 'security',
  ocsf: { class: 2004, activity: 1 },
  finds: true,
});

/** By stream: the type's name with hyphens for spaces. */
export const eventTypes = wordTable<EventType>({
  receipt: mail('receipt', 2),
  process: mail('process', 3),
  delivery: mail('delivery', 1),
  journal: mail('journal', 4),
  spam: mail('spam', 3),
  av: finding('av'),
  'attachment-protect': finding('attachment protect'),
  'impersonation-protect': finding('impersonation protect'),
  'internal-email-protect': finding('internal email protect'),
  'url-protect': finding('url protect'),
});

/** What it is taken for where something was found in the mail. */
export const foundThreat = finding('other');
/** What a type nobody knows is taken for. */
export const otherType = mail('other', 99);
/** … where the record names no mail: what administrators did is written in such lines too. */
export const aboutNoMail: EventType = {
  type: 'other',
  category: 'administration',
  ocsf: { class: 6003, activity: 99 },
  finds: false,
};

/** The stream a type belongs to, in whatever spelling a record has it. */
export const streamOfType = (type: string): string =>
  type
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
