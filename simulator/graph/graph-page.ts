import type { Page } from '../exchange.ts';

const pageType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

interface PageParts {
  readonly context: string;
  readonly records: readonly string[];
  readonly next: string | null;
  readonly self: string;
  readonly timeField: string;
  readonly requestId: string;
  /** The reporting service writes its next link before the records, others after. */
  readonly linkFirst: boolean;
}

/** A collection page of Graph. The records' texts are put together as they are, never parsed. */
export function graphPage({ context, linkFirst, requestId, ...page }: PageParts): Page {
  const head = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#${context}"`;
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
