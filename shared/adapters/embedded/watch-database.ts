import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { AppError } from '../../kernel/errors.ts';
import { days, seconds } from '../../kernel/time.ts';
import { checkDatabase, type Found } from './database-check.ts';
import type { CheckOrder } from './database-check-thread.ts';
import { damagedDatabase, type DatabaseAdvice } from './database-error.ts';

/** Looks through a database when it is opened, and once a day. */
export interface DatabaseWatch {
  /** Whether damage was found so far. */
  isDamaged(): boolean;
  /**
   * Waits for the first look, but not for long: that of many millions of events takes minutes.
   * @throws AppError `store.corrupt` once damage was found.
   */
  demandWhole(): Promise<void>;
  close(): void;
}

export interface WatchOptions {
  readonly file: string;
  readonly advice: DatabaseAdvice;
  /** Tables of a large file that are looked through before anything else is done. */
  readonly atOnce?: readonly string[];
  /** Hears once of damage that is found later. What is found at once, `isDamaged` tells. */
  readonly onDamage?: ((error: AppError) => void) | undefined;
}

/** Up to this size a look takes some milliseconds, and a thread would cost more. */
const smallBytes = 1024 * 1024;
const patience = seconds(5);
const lookEvery = days(1);

/**
 * Watches a database for damage that would pass for absence: a search that finds less, a tenant without a number, a
 * cursor that begins anew. A small file is looked through before this returns. Nothing is mended here: whoever runs
 * this has to see that the disk fails.
 */
export function watchDatabase(options: WatchOptions): DatabaseWatch {
  const { file, atOnce = [], onDamage } = options;
  // No more than that goes to the thread.
  const advice: DatabaseAdvice = { name: options.advice.name, mend: options.advice.mend };
  let isDamaged = false;
  let thread: Worker | null = null;
  const tell = (found: Found): void => {
    if (found !== 'damaged' || isDamaged) return;
    isDamaged = true;
    onDamage?.(damagedDatabase(advice));
  };

  async function lookAside(): Promise<void> {
    if (thread !== null) return;
    const order: CheckOrder = { file, advice };
    const looking = new Worker(new URL('./database-check-thread.ts', import.meta.url), { workerData: order });
    thread = looking;
    looking.unref();
    await new Promise<void>(done => {
      looking.on('message', tell);
      // A thread that cannot be had says nothing of the file; tomorrow is another look.
      looking.on('error', () => done());
      looking.on('exit', () => done());
    });
    thread = null;
  }

  const isSmall = statSync(file).size <= smallBytes;
  isDamaged = checkDatabase(file, advice, isSmall ? undefined : atOnce) === 'damaged';
  let first: Promise<unknown> | null = isSmall ? null : lookAside();
  const daily = setInterval(() => void lookAside(), lookEvery);
  daily.unref();

  return {
    isDamaged: () => isDamaged,
    async demandWhole() {
      if (first !== null) {
        await Promise.race([first, wait(patience, undefined, { ref: false })]);
        first = null;
      }
      if (isDamaged) throw damagedDatabase(advice);
    },
    close() {
      clearInterval(daily);
      void thread?.terminate();
    },
  };
}
