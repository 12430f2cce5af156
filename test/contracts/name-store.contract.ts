import { deepEqual, equal } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import type { KnownName, NameStore, Wanted } from '../../shared/ports/name-store.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, type Contract } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const noon = instant(Date.UTC(2026, 9, 5, 12));
const later = (minutes: number) => instant(noon + minutes * 60_000);
const want = (id: string, event = 'e1'): Wanted => ({ id, event });
const never = { absent: noon, named: noon };

const mira: KnownName = {
  id: 'mira', kind: 'user', name: 'Mira Holt', address: 'mira.holt@contoso.example', at: noon,
}; // prettier-ignore
const nobody = (id: string, at = noon): KnownName => ({ id, kind: 'other', name: null, address: null, at });

/** What every NameStore promises. */
export const nameStoreContract = (): Contract<NameStore> =>
  contractOf<NameStore>({
    'knows nothing at first': async names => {
      equal(await names.position(ours), null);
      deepEqual(await names.unasked(ours, never, 10), []);
      deepEqual(await names.known(ours, ['mira']), []);
      deepEqual(await names.ready(ours, 10), []);
    },
    'remembers what is wanted with how far it was looked, for every handle': async (names, { open }) => {
      const other = await open();
      await names.want(ours, [want('mira'), want('mira', 'e2'), want('oskar')], '0007', noon);
      equal(await other.position(ours), '0007');
      deepEqual(await other.unasked(ours, never, 10), ['mira', 'oskar']);
      await names.want(ours, [], '0009', noon);
      equal(await other.position(ours), '0009');
    },
    'asks for an id once, however often it is wanted, and for so many as are asked for': async names => {
      for (let times = 0; times < 2; times += 1) {
        await names.want(ours, [want('a'), want('a', 'e2'), want('b'), want('c')], '1', noon);
      }
      deepEqual(await names.unasked(ours, never, 2), ['a', 'b']);
      deepEqual(await names.unasked(ours, never, 10), ['a', 'b', 'c']);
    },
    'gives back what it learned, and only what is asked for': async names => {
      await names.learn(ours, [mira, nobody('oskar')]);
      deepEqual(await names.known(ours, ['oskar', 'mira', 'eva']), [mira, nobody('oskar')]);
      deepEqual(await names.known(ours, ['eva']), []);
    },
    'does not ask again for what nobody had, until that is long ago': async names => {
      await names.want(ours, [want('oskar')], '1', noon);
      await names.learn(ours, [nobody('oskar')]);
      deepEqual(await names.unasked(ours, { absent: noon, named: later(60) }, 10), []);
      deepEqual(await names.unasked(ours, { absent: later(1), named: noon }, 10), ['oskar']);
      await names.learn(ours, [nobody('oskar', later(1))]);
      deepEqual(await names.unasked(ours, { absent: later(1), named: noon }, 10), []);
    },
    'asks again for a name that is old': async names => {
      await names.want(ours, [want('mira')], '1', noon);
      await names.learn(ours, [mira]);
      deepEqual(await names.unasked(ours, { absent: later(60), named: noon }, 10), []);
      deepEqual(await names.unasked(ours, { absent: noon, named: later(1) }, 10), ['mira']);
    },
    'keeps the last name of somebody who is gone, and takes a new one': async names => {
      await names.learn(ours, [mira]);
      await names.learn(ours, [nobody('mira', later(5))]);
      deepEqual(await names.known(ours, ['mira']), [{ ...mira, at: later(5) }]);
      const married = { ...mira, name: 'Mira Lind', address: null, at: later(6) };
      await names.learn(ours, [married]);
      deepEqual(await names.known(ours, ['mira']), [married]);
      await names.learn(ours, [
        nobody('oskar'),
        { ...nobody('oskar', later(7)), kind: 'group', name: 'Oskar’s' },
      ]);
      equal((await names.known(ours, ['oskar']))[0]?.name, 'Oskar’s');
    },
    'says which events can have their names, until they are settled': async names => {
      const wanted = [want('mira', 'e1'), want('mira', 'e2'), want('oskar', 'e1')];
      await names.want(ours, wanted, '1', noon);
      await names.learn(ours, [mira, nobody('oskar')]);
      deepEqual(await names.ready(ours, 10), wanted.slice(0, 2));
      deepEqual(await names.ready(ours, 1), wanted.slice(0, 1));
      await names.settle(ours, [want('mira', 'e1'), want('mira', 'never')]);
      deepEqual(await names.ready(ours, 10), wanted.slice(1, 2));
      await names.settle(ours, [want('mira', 'e2')]);
      deepEqual(await names.ready(ours, 10), []);
      deepEqual(await names.unasked(ours, { absent: later(1), named: later(1) }, 10), ['oskar']);
    },
    'forgets what has been wanted too long, and nothing else': async names => {
      await names.want(ours, [want('old')], '1', noon);
      await names.want(ours, [want('young'), want('old')], '2', later(10));
      equal(await names.forget(ours, later(10), 10), 1);
      deepEqual(await names.unasked(ours, never, 10), ['young']);
      equal(await names.position(ours), '2');
    },
    'forgets so many at a time as are asked for, and says how many': async names => {
      const old = [want('a'), want('a', 'e2'), want('b'), want('c'), want('d')];
      await names.want(ours, old, '1', noon);
      const forgotten: number[] = [];
      for (let times = 0; times < 4; times += 1) forgotten.push(await names.forget(ours, later(10), 2));
      deepEqual(forgotten, [2, 2, 1, 0]);
      deepEqual(await names.unasked(ours, never, 10), []);
    },
    'keeps tenants apart': async names => {
      await names.want(ours, [want('mira')], '1', noon);
      await names.learn(ours, [mira]);
      equal(await names.position(theirs), null);
      deepEqual(await names.known(theirs, ['mira']), []);
      await names.want(theirs, [want('mira')], '2', noon);
      deepEqual(await names.unasked(theirs, never, 10), ['mira']);
      deepEqual(await names.ready(theirs, 10), []);
      await names.settle(theirs, [want('mira')]);
      await names.forget(theirs, later(99), 10);
      deepEqual(await names.ready(ours, 10), [want('mira')]);
    },
  });
