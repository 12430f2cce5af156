import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file has a process of its own: SQLite handles and sockets die with it.
    pool: 'forks',
    // Vitest leaves a core to itself, which on a machine with two is half of them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // These end what hangs; they measure nothing. The machine may be busy with ten other things.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
  },
});
