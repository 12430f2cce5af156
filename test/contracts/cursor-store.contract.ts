import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { instant, minutes, plus } from '../../shared/kernel/time.ts';
import { noCounts, type Cursor } from '../../shared/model/cursor.ts';
import type { RunId, StreamId } from '../../shared/model/ids.ts';
import type { CursorStore } from '../../shared/ports/cursor-store.ts';
import { contoso, fabrikam, scopeOf, source, stream } from '../support/sample.ts';
import { contractOf, mustReject, type CaseBody, type Contract } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const ref = { source, stream };
const otherRef = { source, stream: 'Audit.Exchange' as StreamId };
const start = instant(Date.UTC(2026, 9, 5));
const later = (n: number) => plus(start, minutes(n));

/** A cursor with something in every field; `n` makes it another one. */
const cursor = (n: number): Cursor => ({
  version: 1,
  start,
  committedTo: later(n),
  rereadTo: [later(1), start],
  reads: [{ at: later(1), to: start }],
  open: {
    window: { from: later(n), to: later(n + 5) }, purpose: 'forward', reread: null, resume: 'page "2"\u0000', restarts: 1,
    counts: { ...noCounts, seen: n }, run: 'run-1' as RunId, lease: { owner: 'w', until: later(9) },
  },
  requested: [],
  extra: [{ from: later(-9), to: later(-5) }],
  gaps: [{ from: later(-5), to: start, reason: 'unreadable', noticedAt: later(n) }],
  token: null,
  failures: { count: 2, since: start, code: 'provider.throttled', retryAt: later(3) },
  paused: { reason: 'in 2026', at: start },
}); // prettier-ignore

/** What every CursorStore promises. */
export const cursorStoreContract = (): Contract<CursorStore> =>
  contractOf<CursorStore>({ ...swapping, ...reading });

async function create(store: CursorStore, value: Cursor): Promise<string> {
  const made = await store.swap(ours, ref, null, value);
  return made.ok ? made.rev : 'none';
}

const swapping: Readonly<Record<string, CaseBody<CursorStore>>> = {
  'answers null for a stream that never began': async store => {
    equal(await store.load(ours, ref), null);
  },
  'gives a cursor back as it was stored, to every handle': async (store, { open }) => {
    const other = await open();
    const rev = await create(store, cursor(1));
    deepEqual(await other.load(ours, ref), { value: cursor(1), rev });
  },
  'creates a cursor only where there is none': async store => {
    const rev = await create(store, cursor(1));
    deepEqual(await store.swap(ours, ref, null, cursor(2)), {
      ok: false,
      current: { value: cursor(1), rev },
    });
    deepEqual(await store.load(ours, ref), { value: cursor(1), rev });
  },
  'changes only the very revision it was told': async store => {
    const first = await create(store, cursor(1));
    const second = await store.swap(ours, ref, first, cursor(2));
    const lost = await store.swap(ours, ref, first, cursor(3));
    deepEqual(lost, { ok: false, current: { value: cursor(2), rev: second.ok ? second.rev : '' } });
    deepEqual((await store.load(ours, ref))?.value, cursor(2));
    equal((await store.swap(ours, ref, 'nonsense', cursor(4))).ok, false);
  },
  'gives every change a revision of its own, also when nothing differs': async store => {
    const first = await create(store, cursor(1));
    const second = await store.swap(ours, ref, first, cursor(1));
    const third = await store.swap(ours, ref, second.ok ? second.rev : '', cursor(1));
    const revs = [first, second.ok ? second.rev : 'lost', third.ok ? third.rev : 'lost'];
    equal(new Set(revs).size, 3);
    notEqual(revs.includes('lost'), true);
    equal((await store.swap(ours, ref, first, cursor(2))).ok, false);
  },
  'never takes a damaged cursor for a new start': async (store, { damage }) => {
    await create(store, cursor(1));
    await damage();
    await mustReject(store.load(ours, ref), 'cursor.corrupt');
    await mustReject(store.swap(ours, ref, null, cursor(2)), 'cursor.corrupt');
  },
  'answers a swap of what is not there with nothing': async store => {
    deepEqual(await store.swap(ours, ref, '1', cursor(1)), { ok: false, current: null });
    equal(await store.load(ours, ref), null);
  },
  'lets one of many swaps from one revision win': async (store, { open }) => {
    const handles = [store, await open(), await open()];
    for (const expected of [null, await create(store, cursor(0))]) {
      const where = expected === null ? otherRef : ref;
      const swaps = await Promise.all(
        Array.from({ length: 9 }, (_, i) => handles[i % 3]?.swap(ours, where, expected, cursor(i + 1))),
      );
      equal(swaps.filter(one => one?.ok === true).length, 1);
      const winner = swaps.findIndex(one => one?.ok === true);
      deepEqual((await store.load(ours, where))?.value, cursor(winner + 1));
    }
  },
  'keeps streams and tenants apart': async store => {
    await create(store, cursor(1));
    equal(await store.load(ours, otherRef), null);
    equal(await store.load(theirs, ref), null);
    equal((await store.swap(theirs, ref, null, cursor(2))).ok, true);
    deepEqual((await store.load(ours, ref))?.value, cursor(1));
  },
};

const reading: Readonly<Record<string, CaseBody<CursorStore>>> = {
  'tells which objects are unread, in the order asked, each once': async (store, { open }) => {
    deepEqual(await store.unread(ours, ref, ['b', 'a', 'b']), ['b', 'a']);
    await store.markRead(ours, ref, ['a', 'c'], start);
    deepEqual(await (await open()).unread(ours, ref, ['d', 'a', 'b', 'c', 'd']), ['d', 'b']);
    deepEqual(await store.unread(ours, ref, []), []);
  },
  'keeps what was read of each stream and tenant apart': async store => {
    await store.markRead(ours, ref, ['a'], start);
    deepEqual(await store.unread(ours, otherRef, ['a']), ['a']);
    deepEqual(await store.unread(theirs, ref, ['a']), ['a']);
    await store.forgetRead(theirs, ref, later(9));
    await store.forgetRead(ours, otherRef, later(9));
    deepEqual(await store.unread(ours, ref, ['a']), []);
  },
  'forgets what was read before a time, and not what was read again since': async store => {
    await store.markRead(ours, ref, ['old', 'again'], start);
    await store.markRead(ours, ref, ['now', 'again'], later(2));
    await store.forgetRead(ours, ref, later(2));
    deepEqual(await store.unread(ours, ref, ['old', 'again', 'now']), ['old']);
  },
};
