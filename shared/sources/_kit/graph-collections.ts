import type { HttpClient } from '../../ports/http-client.ts';
import { graphPages } from './graph-pages.ts';
import type { Page } from './source.ts';

export interface GraphList {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * The pages of several Graph lists, one after the other, as one reading. Where it stands is the list's number, and the
 * next link within it.
 */
export async function* graphCollections(
  http: HttpClient,
  lists: readonly GraphList[],
  resume: string | null,
): AsyncGenerator<Page> {
  const [, number = '0', link = null] = /^(\d+)(?: (.+))?$/.exec(resume ?? '0') ?? [];
  for (let n = Number(number); n < lists.length; n += 1) {
    const list = lists[n];
    if (list === undefined) return;
    for await (const page of graphPages(http, list, n === Number(number) ? link : null)) {
      const after = n + 1 < lists.length ? String(n + 1) : null;
      yield { ...page, resume: page.resume === null ? after : `${n} ${page.resume}` };
    }
  }
}
