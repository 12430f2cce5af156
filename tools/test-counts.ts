import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** How a run ended. A static check counts as one. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

const folder = resolve(import.meta.dirname, '../node_modules/.cache/holdfast');
const countsFile = resolve(folder, 'test-counts.json');
const summaryFile = resolve(folder, 'test-summary.txt');

/** The line that every run ends with, and that `.ci/run` repeats as its last. */
export const summaryLine = (counts: TestCounts): string => `${counts.passed} passed, ${counts.failed} failed`;

/** What an earlier run left must not be taken for this one's result. */
export function forgetCounts(): void {
  rmSync(countsFile, { force: true });
  rmSync(summaryFile, { force: true });
}

export function writeCounts(counts: TestCounts): void {
  mkdirSync(dirname(countsFile), { recursive: true });
  writeFileSync(countsFile, JSON.stringify(counts));
}

/** Null when the tests died before they could tell. */
export function readCounts(): TestCounts | null {
  try {
    return JSON.parse(readFileSync(countsFile, 'utf8')) as TestCounts;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

export function writeSummary(counts: TestCounts): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(summaryFile, `${summaryLine(counts)}\n`);
}
