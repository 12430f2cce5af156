import type { Page } from '../exchange.ts';
import type { GraphVersion } from '../world/world.ts';

const pageType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

interface PageParts {
  readonly context: string;
  /** v1.0 unless said. */
  readonly version?: GraphVersion;
  /** `@odata.count`, where the list gives one. */
  readonly count?: number;
  readonly records: readonly string[];
  readonly next: string | null;
  readonly self: string;
  readonly timeField: string;
  readonly requestId: string;
  /** The reporting service writes its next link before the records, others after. */
  readonly linkFirst: boolean;
}

/** A collection page of Graph. The records' texts are put together as they are, never parsed. */
export function graphPage({
  context,
  version = 'v1.0',
  count,
  linkFirst,
  requestId,
  ...page
}: PageParts): Page {
  const counted = count === undefined ? '' : `,"@odata.count":${count}`;
  const head = `{"@odata.context":"https://graph.microsoft.com/${version}/$metadata#${context}"${counted}`;
  return {
    holds: 'records',
    ...page,
    render(records, next) {
      const link = next === null ? '' : `,"@odata.nextLink":${JSON.stringify(next)}`;
      const value = `,"value":[${records.join(',')}]`;
      return {
        status: 200,
        headers: { 'content-type': pageType, 'odata-version': '4.0', 'request-id': requestId },
        body: `${head}${linkFirst ? link + value : value + link}}`,
      };
    },
  };
}
