import { problemText, readMappings } from '../../mappings/read-mappings.ts';
import { previewMapping } from '../../pipeline/preview-mapping.ts';
import { translateSearch } from '../../query/translate.ts';
import type { ApiDeps } from '../api-deps.ts';
import { InputProblem } from '../parse-input.ts';
import type { Handlers } from './handler.ts';

const initial = { limit: 10_000, sample: 20 };

/** The mapping file, before it is in force. */
export function createMappingHandlers(deps: ApiDeps): Pick<Handlers, 'mapping.preview'> {
  return {
    'mapping.preview': async ({ scopes, body }) => {
      const { window } = translateSearch({ from: body.from, to: body.to }, deps.clock.now());
      const preview = await previewMapping(
        { ...deps.profile, sources: deps.sources, mappings: deps.mappings, clock: deps.clock },
        {
          scopes,
          changed: checked(deps, body.file),
          window,
          limit: body.limit ?? initial.limit,
          sample: body.sample ?? initial.sample,
        },
      );
      const { sources, operations, labels, sample, ...counts } = preview;
      const lists = { sources: [...sources], operations: [...operations], labels: [...labels] };
      return { status: 200, body: { ...counts, ...lists, sample: [...sample] } };
    },
  };
}

function checked(deps: ApiDeps, file: string) {
  const read = readMappings(
    file,
    deps.sources.map(({ id }) => id),
  );
  if (read.ok) return read.mappings;
  const texts = read.problems.map(problemText);
  throw new InputProblem(
    texts.length === 1
      ? `The mapping file has a mistake in ${(texts[0] ?? '').replace(/\.$/, '')}.`
      : `The mapping file has ${String(texts.length)} mistakes; see details.`,
    'file',
    texts.map(message => ({ code: 'MappingInvalid', message, target: 'file' })),
  );
}
