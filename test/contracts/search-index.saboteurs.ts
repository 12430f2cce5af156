import { instant } from '../../shared/kernel/time.ts';
import type { SearchPage } from '../../shared/model/query.ts';
import type { SearchIndex } from '../../shared/ports/search-index.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

const nothingFound: SearchPage = {
  hits: [],
  next: null,
  total: { value: 0, exact: true },
  facets: {},
  histogram: null,
};

export const searchIndexSaboteurs: readonly Saboteur<SearchIndex>[] = [
  {
    does: 'answers everybody everything',
    sabotage: () => index => ({
      ...index,
      search: (_scopes, request) => index.search([contoso, fabrikam].map(scopeOf), request),
    }),
    fails: [
      'answers only events of the scopes’ tenants',
      'gives every match once over pages, by time, either way',
    ],
  },
  {
    does: 'lets the last put win',
    sabotage: () => index => ({
      ...index,
      async put(events) {
        await index.remove(events.map(event => event.id));
        await index.put(events);
      },
    }),
    fails: [
      'lets the higher revision win, in whatever order they come',
      'finds a revision at its own time, also when that changed',
    ],
  },
  {
    does: 'takes a known revision for a known event',
    sabotage: () => {
      const known = new Set<string>();
      const nameOf = (event: { id: string; revision: number }): string => `${event.id} ${event.revision}`;
      return index => ({
        ...index,
        async put(events) {
          const fresh = events.filter(event => {
            if (known.has(nameOf(event))) return false;
            known.add(nameOf(event));
            return true;
          });
          await index.put(fresh);
        },
        async remove(ids) {
          await index.remove(ids);
          for (const name of known) if (ids.includes(name.split(' ')[0] ?? '')) known.delete(name);
        },
        async clear() {
          await index.clear();
          known.clear();
        },
      });
    },
    fails: ['takes a revision put again as it is now: it may have been made anew'],
  },
  {
    does: 'takes a known id for a known event',
    sabotage: () => {
      const known = new Set<string>();
      return index => ({
        ...index,
        async put(events) {
          await index.put(events.filter(event => !known.has(event.id)));
          for (const event of events) known.add(event.id);
        },
        async remove(ids) {
          await index.remove(ids);
          for (const id of ids) known.delete(id);
        },
        async clear() {
          await index.clear();
          known.clear();
        },
      });
    },
    fails: [
      'lets the higher revision win, in whatever order they come',
      'takes a revision put again as it is now: it may have been made anew',
      'finds a revision at its own time, also when that changed',
    ],
  },
  {
    does: 'loses the last hit of a page that has a next one',
    sabotage: () => index => ({
      ...index,
      async search(scopes, request) {
        const page = await index.search(scopes, request);
        return page.next === null ? page : { ...page, hits: page.hits.slice(0, -1) };
      },
    }),
    fails: [
      'gives every match once over pages, by time, either way',
      'is exact up to 10,000 matches and says so when it is not',
    ],
  },
  {
    does: 'says of each hit the place of the one before it',
    sabotage: () => index => ({
      ...index,
      async search(scopes, request) {
        const page = await index.search(scopes, request);
        return {
          ...page,
          hits: page.hits.map((hit, n) => ({ ...hit, place: page.hits[n - 1]?.place ?? hit.place })),
        };
      },
    }),
    fails: ['goes on behind any hit, by its place'],
  },
  {
    does: 'counts the page for the whole',
    sabotage: () => index => ({
      ...index,
      async search(scopes, request) {
        const page = await index.search(scopes, request);
        return { ...page, total: { value: page.hits.length, exact: true } };
      },
    }),
    fails: [
      'gives every match once over pages, by time, either way',
      'is exact up to 10,000 matches and says so when it is not',
    ],
  },
  {
    does: 'calls its estimates exact',
    sabotage: () => index => ({
      ...index,
      async search(scopes, request) {
        const page = await index.search(scopes, request);
        const histogram = page.histogram === null ? null : { ...page.histogram, exact: true };
        return { ...page, total: { ...page.total, exact: true }, histogram };
      },
    }),
    fails: ['is exact up to 10,000 matches and says so when it is not'],
  },
  {
    does: 'holds a window’s end',
    sabotage: () => index => ({
      ...index,
      search(scopes, request) {
        const { window } = request;
        const wider = window === null ? null : { from: window.from, to: instant(window.to + 1) };
        return index.search(scopes, { ...request, window: wider });
      },
    }),
    fails: ['holds a window’s beginning and not its end'],
  },
  {
    does: 'remembers its position in the process',
    sabotage: () => index => {
      let position: string | null = null;
      return {
        ...index,
        position: () => Promise.resolve(position),
        async setPosition(to) {
          position = to;
        },
      };
    },
    fails: [
      'has no position at first, and then the last one it was told',
      'is empty after clear, without a position, and can be filled again',
    ],
  },
  {
    does: 'answers a damaged index as an empty one',
    sabotage: () => index => ({
      ...index,
      search: (scopes, request) => index.search(scopes, request).catch(() => nothingFound),
    }),
    fails: ['refuses a place to continue from that it never gave', 'says so when what it keeps is damaged'],
  },
];
