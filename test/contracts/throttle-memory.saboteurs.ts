import { instant, type Instant } from '../../shared/kernel/time.ts';
import type { ThrottleMemory } from '../../shared/ports/throttle-memory.ts';
import type { Saboteur } from './contract.ts';

export const throttleMemorySaboteurs: readonly Saboteur<ThrottleMemory>[] = [
  {
    does: 'keeps the last time it was told',
    sabotage: () => {
      const kept = new Map<string, Instant>();
      return () => ({
        remember: async (key, until) => {
          kept.set(key, until);
        },
        until: async keys => {
          const known = keys.flatMap(key => kept.get(key) ?? []);
          return known.length === 0 ? null : instant(Math.max(...known));
        },
      });
    },
    fails: ['keeps the later of two times'],
  },
  {
    does: 'asks for the first key only',
    sabotage: () => memory => ({ ...memory, until: keys => memory.until(keys.slice(0, 1)) }),
    fails: ['answers the latest of the keys asked for, and of no other'],
  },
  {
    does: 'remembers in its own process',
    sabotage: () => memory => {
      const mine = new Set<string>();
      return {
        remember: (key, until) => {
          mine.add(key);
          return memory.remember(key, until);
        },
        until: keys => memory.until(keys.filter(key => mine.has(key))),
      };
    },
    fails: ['remembers for every handle'],
  },
  {
    does: 'counts one key for everything that begins with it',
    sabotage: () => memory => ({
      remember: async (key, until) => {
        await memory.remember(key, until);
        await memory.remember(key.split('/')[0] ?? key, until);
      },
      until: keys => memory.until(keys),
    }),
    fails: ['answers the latest of the keys asked for, and of no other'],
  },
];
