import { setTimeout } from 'node:timers/promises';
import { AppError } from '../../kernel/errors.ts';

/** A step that lost a race says so; anything else is its answer. */
export const lost = Symbol('lost');

const mostTries = 40;

/**
 * Repeats a conditional write until it wins. Losers wait a little, at random: workers that lost together would
 * otherwise meet again.
 */
export async function tryAgain<T>(
  what: string,
  attempt: (tries: number) => Promise<T | typeof lost>,
): Promise<T> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const result = await attempt(tries);
    if (result !== lost) return result;
    await setTimeout(Math.random() * Math.min(250, 4 * 2 ** tries));
  }
  throw new AppError(
    'store.unavailable',
    'retry',
    `Too many workers write to ${what} at once. Try again; if this stays, fewer instances serve better.`,
  );
}

/** Runs work on one thing in turn within this process: its workers need not race each other over the wire. */
export function inTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const waiting = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (waiting.get(key) ?? Promise.resolve()).then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    waiting.set(key, settled);
    void settled.then(() => {
      if (waiting.get(key) === settled) waiting.delete(key);
    });
    return turn;
  };
}
