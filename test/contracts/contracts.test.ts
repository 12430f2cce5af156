import { describe, test } from 'vitest';
import { embeddedSuites } from './suites.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));

describe.each(embeddedSuites(seed))(`$port, embedded (seed ${seed})`, ({ cases }) => {
  test.each(cases)('$name', one => one.run());
});
