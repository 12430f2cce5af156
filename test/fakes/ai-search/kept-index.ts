import type { Analyzer } from './analysis.ts';
import type { FieldSchema, IndexSchema } from './index-schema.ts';
import { badRequest, Refusal } from './refusal.ts';
import { checkSent, storedDocument, type StoredDocument } from './stored-document.ts';
import { termDictionary, type TermDictionary } from './term-dictionary.ts';

export interface Outcome {
  readonly key: string;
  readonly status: boolean;
  readonly errorMessage: string | null;
  readonly statusCode: number;
}

/** An index with its documents. What is written is kept at once and found once `show` says so. */
export interface KeptIndex {
  schema: IndexSchema;
  write(actions: readonly Json[], failing: (key: string) => number | null): readonly Outcome[];
  /** Makes everything written so far findable. */
  show(): void;
  readonly hidden: number;
  documents(): Iterable<StoredDocument>;
  find(key: string): StoredDocument | undefined;
  dictionaryOf(field: FieldSchema): TermDictionary;
  /** Changes every document behind everybody's back. */
  spoil(change: (values: Record<string, unknown>) => void): void;
}

type Json = Readonly<Record<string, unknown>>;
const actionNames = ['upload', 'merge', 'mergeOrUpload', 'delete'];
const mostActions = 1_000;

export function keptIndex(schema: IndexSchema): KeptIndex {
  const dictionaries = new Map<string, TermDictionary>();
  /** What was written last, null for what was deleted; findable is what `visible` has. */
  const written = new Map<string, StoredDocument | null>();
  const sent = new Map<string, Json>();
  const visible = new Map<string, StoredDocument>();

  function dictionaryOf({ indexAnalyzer }: FieldSchema): TermDictionary {
    const analyzer: Analyzer = indexAnalyzer ?? { name: '', tokenize: () => [], terms: () => [] };
    const known = dictionaries.get(analyzer.name) ?? termDictionary(analyzer);
    dictionaries.set(analyzer.name, known);
    return known;
  }

  function apply(action: string, key: string, values: Json): Outcome {
    const before = sent.get(key);
    const outcome = (statusCode: number, errorMessage: string | null = null): Outcome => ({
      key,
      status: statusCode < 300,
      errorMessage,
      statusCode,
    });
    if (action === 'delete') {
      sent.delete(key);
      written.set(key, null);
      return outcome(200);
    }
    if (action === 'merge' && before === undefined) return outcome(404, 'Document not found.');
    const after = action === 'upload' ? values : { ...before, ...values };
    try {
      // Whether it can be indexed shows now, not when it becomes visible.
      written.set(key, storedDocument(key, after, index.schema, dictionaryOf));
    } catch (thrown) {
      if (thrown instanceof Refusal) return outcome(thrown.status, thrown.message);
      throw thrown;
    }
    sent.set(key, after);
    return outcome(before === undefined ? 201 : 200);
  }

  const index: KeptIndex = {
    schema,
    write(actions, failing) {
      if (actions.length > mostActions) throw badRequest('A batch has at most 1,000 documents.');
      const read = actions.map(one => {
        const { '@search.action': action = 'upload', ...values } = one;
        if (!actionNames.includes(String(action))) throw badRequest(`Unknown action '${String(action)}'.`);
        return { action: String(action), key: checkSent(values, index.schema), values };
      });
      return read.map(({ action, key, values }) => {
        const status = failing(key);
        if (status !== null)
          return { key, status: false, errorMessage: 'The document was not written.', statusCode: status };
        return apply(action, key, values);
      });
    },
    show() {
      for (const [key, document] of written) {
        if (document === null) visible.delete(key);
        else visible.set(key, document);
      }
      written.clear();
    },
    get hidden() {
      return written.size;
    },
    documents: () => visible.values(),
    find: key => visible.get(key),
    dictionaryOf,
    spoil(change) {
      for (const [key, values] of sent) {
        const changed: Record<string, unknown> = { ...values };
        change(changed);
        sent.set(key, changed);
        written.set(key, storedDocument(key, changed, schema, dictionaryOf));
      }
      index.show();
    },
  };
  return index;
}
