import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const inMemory = '/dev/shm';
/** More than all tests together have at once; the disk in memory of a container may be far smaller. */
const enough = 2 * 1024 ** 3;

/**
 * A disk in memory where the machine has a large one: for tests that ask what the product does, not what a disk keeps.
 * What is written durably waits for the disk, and that was most of many a test. The stores' own contracts
 * (test/contracts/contracts.test.ts) run on the machine's disk.
 */
export const fastFolder = isRoomy(inMemory) ? inMemory : tmpdir();

function isRoomy(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= enough;
  } catch {
    return false; // no such disk here
  }
}
