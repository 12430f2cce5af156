import type { SearchIndex } from '../../shared/ports/search-index.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { matches } from '../../shared/query/evaluate.ts';
import { facetValuesOf } from '../../shared/query/field-values.ts';
export function tmpIndex(): SearchIndex {
  const all = new Map<string, StoredEvent>();
  let pos: string | null = null;
  return {
    async put(events) { for (const e of events) { const h = all.get(e.tenant + e.id); if (!h || h.revision < e.revision) all.set(e.tenant + e.id, e); } },
    async remove() {},
    async search(scopes, r) {
      const t = new Set<string>(scopes.map(s => s.tenantId));
      const key = (e: StoredEvent) => e.time + e.id;
      let hit = [...all.values()].filter(e => t.has(e.tenant) && (r.window === null || (Date.parse(e.time) >= r.window.from && Date.parse(e.time) < r.window.to)) && matches(r.node, e, 0 as never));
      hit.sort((a, b) => (key(a) < key(b) ? -1 : 1));
      if (r.order === 'newest') hit.reverse();
      const total = hit.length;
      const facets: any = {};
      for (const f of r.facets) { const m = new Map<string, number>(); for (const e of hit) for (const v of new Set(facetValuesOf(e, f))) m.set(v, (m.get(v) ?? 0) + 1); facets[f] = { exact: true, values: [...m].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count).slice(0, r.facetLimit) }; }
      let histogram = null;
      if (r.interval) { const m = new Map<number, number>(); for (const e of hit) { const k = Math.floor(Date.parse(e.time) / r.interval) * r.interval; m.set(k, (m.get(k) ?? 0) + 1); } histogram = { exact: true, values: [...m].map(([from, count]) => ({ from, count })).sort((a, b) => a.from - b.from) }; }
      if (r.after !== null) { const a = r.after; hit = hit.filter(e => (r.order === 'newest' ? key(e) < a : key(e) > a)); }
      const page = hit.slice(0, r.limit);
      return { hits: page.map(e => ({ tenant: e.tenant, id: e.id })), next: hit.length > page.length ? key(page.at(-1)!) : null, total: { value: total, exact: true }, facets, histogram };
    },
    async position() { return pos; },
    async setPosition(p) { pos = p; },
    async clear() { all.clear(); pos = null; },
  };
}
