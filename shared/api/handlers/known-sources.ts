import { AppError } from '../../kernel/errors.ts';
import { nearestWord } from '../../kernel/nearest-word.ts';
import type { QueryNode } from '../../model/query.ts';
import { keyword } from '../../query/fold.ts';
import { parseQuery } from '../../query/parse.ts';
import type { Source } from '../../sources/_kit/source.ts';
import { InputProblem } from '../parse-input.ts';

// An archive outlives its sources, so none is refused unseen. But where the answer is empty, and the source one that
// nobody knows, a slip of the pen would be taken for "nothing happened".

type Sources = readonly Pick<Source, 'id' | 'streams' | 'config'>[];

const nearestOrList = (found: string | null): string =>
  found === null ? '; GET /coverage lists those there are.' : `; did you mean ${found}?`;

const noSource = (id: string, sources: Sources): string =>
  `There is no source ${id.slice(0, 80)}${nearestOrList(nearestWord(id, ids(sources)))}`;

const ids = (sources: Sources): string[] => sources.map(source => source.id);

/** Throws where an empty list was asked for by a source, or a stream, that there is not. */
export function checkFilter(
  asked: { readonly source?: string | undefined; readonly stream?: string | undefined },
  sources: Sources,
): void {
  const { source, stream } = asked;
  if (source !== undefined && !ids(sources).includes(source))
    throw new InputProblem(noSource(source, sources), 'source');
  if (stream === undefined) return;
  const known = sources.filter(one => source === undefined || one.id === source).flatMap(usualStreams);
  if (known.includes(stream)) return;
  throw new InputProblem(
    source === undefined
      ? `No source has a stream ${stream}${nearestOrList(nearestWord(stream, known))}`
      : `${source} has no stream ${stream}; its streams are ${known.join(', ')}.`,
    'stream',
  );
}

/** Of connections without settings of their own, which few have. */
function usualStreams(source: Sources[number]): readonly string[] {
  const config = source.config.safeParse({});
  return config.success ? source.streams(config.data) : [];
}

/** Throws where a query found nothing, and names a source that must hold and that there is not. */
export function checkSources(q: string | undefined, sources: Sources): void {
  for (const { value, prefix } of q === undefined ? [] : demanded(parseQuery(q))) {
    const text = keyword(value);
    if (ids(sources).some(id => (prefix ? id.startsWith(text) : id === text))) continue;
    throw new AppError(
      'query.invalid',
      'give-up',
      `The query finds nothing. ${noSource(prefix ? `${text}*` : text, sources)}`,
      { target: 'q' },
    );
  }
}

/** The clauses about sources without which nothing is found. */
function demanded(node: QueryNode): readonly Extract<QueryNode, { kind: 'match' }>[] {
  if (node.kind === 'and') return node.of.flatMap(demanded);
  return node.kind === 'match' && node.field === 'source' ? [node] : [];
}
