import { parentPort, workerData } from 'node:worker_threads';
import { checkDatabase } from './database-check.ts';
import type { DatabaseAdvice } from './database-error.ts';

/** The check as a thread of its own: a large file takes some seconds for each hundred megabytes. */
export interface CheckOrder {
  readonly file: string;
  readonly advice: DatabaseAdvice;
}

const { file, advice } = workerData as CheckOrder;
parentPort?.postMessage(checkDatabase(file, advice));
