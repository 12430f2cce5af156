import { leafHash, rootOfLeaves } from '../../shared/evidence/merkle.ts';
import type { LedgerStore } from '../../shared/ports/ledger-store.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

export const ledgerStoreSaboteurs: readonly Saboteur<LedgerStore>[] = [
  {
    does: 'appends by reading the head first and trusting it later',
    sabotage: () => ledger => ({
      ...ledger,
      async append(scope, entries) {
        const { size } = await ledger.head(scope);
        await new Promise(resolve => {
          setImmediate(resolve);
        });
        const { head } = await ledger.append(scope, entries);
        return { index: size, head };
      },
    }),
    fails: ['makes one log of what handles append at the same time'],
  },
  {
    does: 'pads the tree to a power of two',
    sabotage: () => ledger => ({
      ...ledger,
      async head(scope) {
        const { size, root } = await ledger.head(scope);
        if (size === 0) return { size, root };
        const leaves = (await ledger.read(scope, 0, size)).map(leafHash);
        const last = leaves.at(-1);
        while (last !== undefined && !Number.isInteger(Math.log2(leaves.length))) leaves.push(last);
        return { size, root: Buffer.from(rootOfLeaves(leaves)).toString('hex') };
      },
    }),
    fails: [
      'answers the index of the first entry and the head that holds them all',
      'makes one log of what handles append at the same time',
      'proves every entry, and every earlier head, from its nodes',
    ],
  },
  {
    does: 'loses the last entry of a read',
    sabotage: () => ledger => ({
      ...ledger,
      read: async (scope, from, limit) => (await ledger.read(scope, from, limit)).slice(0, -1),
    }),
    fails: [
      'reads every entry back byte for byte, from anywhere',
      'has the entries for every other handle when append resolves',
      'makes one log of what handles append at the same time',
    ],
  },
  {
    does: 'keeps entries as text',
    sabotage: () => ledger => ({
      ...ledger,
      read: async (scope, from, limit) =>
        (await ledger.read(scope, from, limit)).map(entry =>
          Buffer.from(Buffer.from(entry).toString('utf8')),
        ),
    }),
    fails: [
      'reads every entry back byte for byte, from anywhere',
      'has the entries for every other handle when append resolves',
    ],
  },
  {
    does: 'keeps one log for all tenants',
    sabotage: () => ledger => {
      const one = scopeOf(contoso);
      return {
        append: (_scope, entries) => ledger.append(one, entries),
        read: (_scope, from, limit) => ledger.read(one, from, limit),
        head: () => ledger.head(one),
        nodes: (_scope, wanted) => ledger.nodes(one, wanted),
      };
    },
    fails: ['keeps tenants apart', 'refuses a subtree that is not complete'],
  },
  {
    does: 'shows what it can of a damaged log',
    sabotage: () => ledger => ({
      ...ledger,
      read: (scope, from, limit) => ledger.read(scope, from, limit).catch(() => []),
    }),
    fails: ['never reads a damaged entry as if it were whole'],
  },
  {
    does: 'answers nodes in an order of its own',
    sabotage: () => ledger => ({
      ...ledger,
      nodes: async (scope, wanted) => {
        const sorted = [...wanted].sort((a, b) => a.level - b.level || a.index - b.index);
        return ledger.nodes(scope, sorted);
      },
    }),
    fails: [
      'gives the hash of every complete subtree',
      'proves every entry, and every earlier head, from its nodes',
    ],
  },
  {
    does: 'answers a missing subtree with nothing',
    sabotage: () => ledger => ({
      ...ledger,
      nodes: (scope, wanted) => ledger.nodes(scope, wanted).catch(() => []),
    }),
    fails: ['refuses a subtree that is not complete'],
  },
];
