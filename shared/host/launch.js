// `node shared/host/launch.js FILE …` runs a program of ours with what has to be settled before Node begins. In
// JavaScript, because with it begins what takes types off.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const flags = [
  '--disable-warning=ExperimentalWarning',
  // Little memory rather than the last of speed: see docs/adr/0002.
  '--single-threaded-gc',
  '--no-incremental-marking',
  '--max-semi-space-size=16',
  '--heap-growing-percent=30',
  // Code compiled for the shapes of records is kept when the page they came with is gone: docs/adr/0002, too.
  '--retain-maps-for-n-gc=100',
];
const environment = {
  ...process.env,
  // What was compiled once is kept, its types taken off. In node_modules rather than the folder for temporary files that
  // Node would choose: what lies there is run, and anybody may write there.
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/holdfast/compiled'),
  // Only glibc reads these. Pages of megabytes go back to the system at once, and leave no holes between what stays;
  // and each thread keeping four megabytes in reserve for itself would come to thirty.
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
};
const command = [...flags, ...process.argv.slice(2)];

if (process.platform === 'win32') {
  // A process cannot become another one there.
  const child = spawn(process.execPath, command, { env: environment, stdio: 'inherit' });
  child.on('close', code => process.exit(code ?? 1));
} else process.execve(process.execPath, [process.execPath, ...command], environment);
