import type { NameStore } from '../../shared/ports/name-store.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

export const nameStoreSaboteurs: readonly Saboteur<NameStore>[] = [
  {
    does: 'takes a name away when its bearer is gone',
    sabotage: () => names => ({
      ...names,
      async learn(scope, learned) {
        await names.learn(
          scope,
          learned.map(one => ({ ...one, name: one.name ?? '' })),
        );
      },
    }),
    fails: [
      'gives back what it learned, and only what is asked for',
      'does not ask again for what nobody had, until that is long ago',
      'keeps the last name of somebody who is gone, and takes a new one',
      'says which events can have their names, until they are settled',
    ],
  },
  {
    does: 'remembers nothing of what nobody had',
    sabotage: () => names => ({
      ...names,
      learn: (scope, learned) =>
        names.learn(
          scope,
          learned.filter(one => one.name !== null),
        ),
    }),
    fails: [
      'gives back what it learned, and only what is asked for',
      'does not ask again for what nobody had, until that is long ago',
      'keeps the last name of somebody who is gone, and takes a new one',
    ],
  },
  {
    does: 'moves on without what is wanted',
    sabotage: () => names => ({
      ...names,
      want: (scope, wanted, position, at) => names.want(scope, wanted.slice(0, -1), position, at),
    }),
    fails: [
      'remembers what is wanted with how far it was looked, for every handle',
      'asks for an id once, however often it is wanted, and for so many as are asked for',
      'does not ask again for what nobody had, until that is long ago',
      'asks again for a name that is old',
      'says which events can have their names, until they are settled',
      'forgets what has been wanted too long, and nothing else',
      'forgets so many at a time as are asked for, and says how many',
      'keeps tenants apart',
    ],
  },
  {
    does: 'settles an id for all its events',
    sabotage: () => names => ({
      ...names,
      async settle(scope, wanted) {
        const all = await names.ready(scope, 1_000);
        await names.settle(
          scope,
          all.filter(one => wanted.some(other => other.id === one.id)),
        );
      },
    }),
    fails: ['says which events can have their names, until they are settled'],
  },
  {
    does: 'forgets all that is old at once',
    sabotage: () => names => ({
      ...names,
      forget: (scope, before) => names.forget(scope, before, 1_000),
    }),
    fails: ['forgets so many at a time as are asked for, and says how many'],
  },
  {
    does: 'keeps one directory for everybody',
    sabotage: () => names => ({
      ...names,
      learn: (_scope, learned) => names.learn(scopeOf(contoso), learned),
      known: (_scope, ids) => names.known(scopeOf(contoso), ids),
    }),
    fails: ['keeps tenants apart'],
  },
];
