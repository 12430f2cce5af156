import type { Page } from './source.ts';

/** What a probe asks: a first page, and then nobody listens any more. Rejects with the refusal where there is one. */
export async function firstPage(pages: AsyncIterable<Page>): Promise<void> {
  for await (const _page of pages) return;
}
