import fc from 'fast-check';
import { instant } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import {
  facetFields,
  queryFields,
  type QueryField,
  type QueryNode,
  type SearchRequest,
} from '../../shared/model/query.ts';
import { valuesOf } from '../../shared/query/field-values.ts';
import { isMailAddress } from '../../shared/query/fold.ts';
import { resolveTimes } from '../../shared/query/resolve-times.ts';
import { arbitraryEvent } from '../query/arbitrary-event.ts';
import { clause, treeOf } from '../query/arbitrary-query.ts';
import { contoso, fabrikam } from '../support/sample.ts';
import { plainRequest } from './naive-index.ts';

const asOf = instant(Date.UTC(2026, 9, 6));

const tenantLists = [[contoso], [fabrikam], [contoso, fabrikam], [contoso, contoso]];

const fields = Object.keys(queryFields).filter(field => field !== 'time') as QueryField[];

/** A clause about something one of the events says: all of a value, some of it, or two values run together. */
function clauseAbout(events: readonly StoredEvent[]): fc.Arbitrary<QueryNode> {
  const values = events.flatMap(event =>
    fields.flatMap(field =>
      valuesOf(event, field).map((value, n, all) => ({ field, value, next: all[n + 1] ?? value })),
    ),
  );
  if (values.length === 0) return clause;
  return fc
    .tuple(
      fc.constantFrom(...values),
      fc.constantFrom('whole', 'begin', 'end', 'both', 'caps', 'octets'),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([{ field, value, next }, how, bare, prefix]): QueryNode => {
      const letters = Array.from(value);
      const half = Math.ceil(letters.length / 2);
      const texts = {
        whole: value, begin: letters.slice(0, half).join(''), end: letters.slice(half).join(''),
        both: `${value} ${next}`, caps: value.toUpperCase(),
        octets: value.slice(0, value.lastIndexOf('.') + 1),
      }; // prettier-ignore
      const text = texts[how as keyof typeof texts];
      return { kind: 'match', field: bare ? null : field, value: text === '' ? value : text, prefix };
    });
}

/** A whole address where it is one value: whose mail it is, in whatever case. Nobody's now and then. */
function addressOf(events: readonly StoredEvent[]): fc.Arbitrary<QueryNode> {
  const held = events.flatMap(event =>
    (['actor', 'sender', 'recipient'] as const).flatMap(field =>
      valuesOf(event, field).flatMap(value => (isMailAddress(value) ? [{ field, value }] : [])),
    ),
  );
  const nobody = { field: 'actor' as const, value: 'nobody@contoso.example' };
  return fc.tuple(fc.constantFrom(...held, nobody), fc.boolean()).map(([{ field, value }, caps]) => ({
    kind: 'match',
    field,
    value: caps ? value.toUpperCase() : value,
    prefix: false,
  }));
}

const request = (events: readonly StoredEvent[]): fc.Arbitrary<SearchRequest> =>
  fc
    .record({
      node: fc.oneof(
        { weight: 4, arbitrary: clauseAbout(events) },
        { weight: 1, arbitrary: addressOf(events) },
        { weight: 1, arbitrary: clause },
        { weight: 2, arbitrary: treeOf(fc.oneof(clause, clauseAbout(events))) },
      ),
      window: fc.constantFrom(
        null,
        null,
        { from: instant(Date.UTC(2026, 9, 1)), to: instant(Date.UTC(2026, 9, 5)) },
        {
          from: instant(Date.UTC(2026, 9, 5, 9, 12, 44, 183)),
          to: instant(Date.UTC(2026, 9, 5, 9, 12, 44, 184)),
        },
      ),
      order: fc.constantFrom('newest' as const, 'oldest' as const),
      interval: fc.constantFrom(3_600_000, 86_400_000, 604_800_000),
    })
    .map(over => ({ ...plainRequest, facets: facetFields, ...over, node: resolveTimes(over.node, asOf) }));

/** Some events, and searches over them by callers of some tenants. */
export const eventsAndSearches = fc
  .uniqueArray(arbitraryEvent, { maxLength: 30, selector: event => event.id })
  .chain(events =>
    fc.tuple(
      fc.constant(events),
      fc.array(fc.tuple(request(events), fc.constantFrom(...tenantLists)), { minLength: 1, maxLength: 15 }),
    ),
  );
