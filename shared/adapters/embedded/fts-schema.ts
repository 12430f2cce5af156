import { tokenizer } from './fts-token.ts';
import type { DatabaseAdvice } from './database-error.ts';

/** What a person does about a damaged index: nothing in it is the only copy. */
export const indexAdvice: DatabaseAdvice = {
  name: 'index.db',
  mend: 'Stop Holdfast and delete index.db: it is rebuilt from the store.',
};

/**
 * Columns of the word index. `keys` holds tokens of whole keywords, the others the words of their field.
 * Where the actor is the sender, or the targets are the recipients (as in every trace of a mail), their words
 * are held once, in a column of their own that stands for both.
 */
export const wordColumns = [
  'keys', 'actor', 'target', 'sender', 'recipient', 'actor_sender', 'target_recipient', 'subject', 'user_agent',
  'summary', 'further',
] as const; // prettier-ignore
export type WordColumn = (typeof wordColumns)[number];

/** The whole index, and the even sample of it that broad questions are answered from. */
export type Part = 'whole' | 'sample';
export const tableOf: Readonly<Record<Part, { docs: string; words: string }>> = {
  whole: { docs: 'docs', words: 'words' },
  sample: { docs: 'sample_docs', words: 'sample_words' },
};

// rowid is the event's time (see fts-row-id.ts). `codes` is described in fts-codes.ts.
const docs = (name: string, unique: string): string => `
  CREATE TABLE ${name} (rowid INTEGER PRIMARY KEY, id BLOB NOT NULL ${unique}, revision INTEGER NOT NULL, codes TEXT NOT NULL);`;

// Contentless: the events are in the store, and their text need not be kept twice. Merging sixteen segments
// at once instead of four halves what a million inserts cost and is not felt by a search; crisismerge stays
// out of the way, because it merges a whole level in one write and holds everything up meanwhile. hashsize
// lets a batch of events become one segment.
const words = (name: string): string => `
  CREATE VIRTUAL TABLE ${name} USING fts5(
    ${wordColumns.join(', ')}, content='', contentless_delete=1, detail=full, tokenize="${tokenizer}");
  INSERT INTO ${name} (${name}, rank) VALUES ('automerge', 16), ('crisismerge', 64), ('pgsz', 8000), ('hashsize', 8388608);`;

/** Takes everything out of the index, its place in the store's changes included. */
export const emptyIndex = `
  INSERT INTO words (words) VALUES ('delete-all');
  INSERT INTO sample_words (sample_words) VALUES ('delete-all');
  DELETE FROM docs; DELETE FROM sample_docs; DELETE FROM dictionary; DELETE FROM addresses; DELETE FROM about;`;

export const indexMigrations: readonly string[] = [
  `${docs('docs', 'UNIQUE')}${docs('sample_docs', '')}${words('words')}${words('sample_words')}
  CREATE TABLE dictionary (
    field INTEGER NOT NULL, folded TEXT NOT NULL, code TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (field, folded)) WITHOUT ROWID;
  CREATE UNIQUE INDEX dictionary_code ON dictionary (field, code);
  CREATE TABLE addresses (bytes TEXT PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
  // Whole actors, senders and recipients have tokens since: made anew from the store, every event gets them.
  emptyIndex,
];
