import { expect, test } from 'vitest';
import { checkFilter, checkSources } from '../../shared/api/handlers/known-sources.ts';
import { sources } from '../../shared/sources/index.generated.ts';

test.each([
  {},
  { source: 'mimecast.siem' },
  { stream: 'process' },
  { source: 'mimecast.siem', stream: 'process' },
  { source: 'entra.role-assignments', stream: 'eligible' },
])('%j is a filter that may find nothing', asked => {
  expect(() => checkFilter(asked, sources)).not.toThrow();
});

test.each([
  undefined,
  'source:entra.* nobody',
  'source:Entra.Sign-Ins nobody',
  'source:not.here OR nobody',
  '-source:not.here',
  'operation:not.here',
])('%s is a query that may find nothing', q => {
  expect(() => checkSources(q, sources)).not.toThrow();
});

test.each(['a b source:not.here', '(a OR b) AND (c AND source:not.here)'])(
  '%s needs a source there is not',
  q => {
    expect(() => checkSources(q, sources)).toThrow('There is no source not.here;');
  },
);
