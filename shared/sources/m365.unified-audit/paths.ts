import { word } from '../_kit/reading.ts';

/** `https://contoso.example/sites/finance`, and nothing in it. */
export const isSite = (url: string): boolean =>
  /^https?:\/\/[^/]+\/(sites|teams|personal)\/[^/]+\/?$/i.test(url);

/** The last part of a URL or path, without a query. */
export function lastSegment(path: string | null): string | null {
  if (path === null) return null;
  const mark = path.indexOf('?');
  const bare = (mark < 0 ? path : path.slice(0, mark)).replace(/[/\\]+$/, '');
  const last = bare.slice(Math.max(bare.lastIndexOf('/'), bare.lastIndexOf('\\')) + 1);
  return last === '' ? null : last;
}

/** What a document is called that is known by its URL: `…/Doc.aspx?…&file=plan.docx` opens one in the browser. */
export function documentName(url: string | null): string | null {
  if (url === null || !/^https?:\/\//.test(url)) return null;
  const named = /[?&]file=([^&]+)/.exec(url)?.[1];
  return (named === undefined ? null : decoded(named)) ?? lastSegment(url);
}

function decoded(part: string): string | null {
  try {
    return word(decodeURIComponent(part));
  } catch {
    return null;
  }
}
