import { instant, minus, minutes, type Window } from '../../kernel/time.ts';
import { firstPage } from './first-page.ts';
import { mimecastPages, type MimecastQuery } from './mimecast-pages.ts';
import type { Permission, Probe } from './source.ts';

/** Shows a permission by one row at most of the log it opens. */
export const mimecastProbe = <Cfg>(
  { name }: Permission,
  query: (config: Cfg, window: Window) => MimecastQuery,
): Probe<Cfg> => ({
  shows: [name],
  ask: ({ http, config, asOf }) => {
    const to = instant(Math.floor(minus(asOf, minutes(15)) / 1_000) * 1_000);
    const asked = query(config, { from: minus(to, minutes(5)), to });
    return firstPage(mimecastPages(http, { ...asked, pageSize: 1 }, null));
  },
});
