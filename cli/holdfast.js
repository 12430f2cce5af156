#!/usr/bin/env node
// Starts the command on a Node that runs TypeScript as it is. Where the Node at hand is older than 24, the one
// that `npm ci` installed is started in its place; this file alone must therefore run on any Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const needed = 24;

if (Number(process.versions.node.split('.')[0]) >= needed) {
  // A command is over in half a second, most of which is compiling. Here rather than where Node would keep it: what
  // lies there is run, and in the folder for temporary files anybody may write.
  module.enableCompileCache(join(here, '../node_modules/.cache/holdfast/compiled'));
  const { runAsProcess } = await import('./main.ts');
  await runAsProcess();
} else {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const installed = [
    join(here, '../node_modules/node/bin', name),
    join(here, '../node_modules/.bin', name),
    join(here, '../../node/bin', name),
  ].find(path => existsSync(path));
  if (installed === undefined) {
    process.stderr.write(
      `holdfast: needs Node ${String(needed)}; this is ${process.version}.\n` +
        '  next: run `npm ci` in the folder of the project, which brings its own.\n',
    );
    process.exit(1);
  }
  const flags = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url)];
  const child = spawn(installed, [...flags, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the command decides what it means, and this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal);
    });
  }
  child.on('error', error => {
    process.stderr.write(`holdfast: could not start ${installed} (${error.message}).\n`);
    process.exit(1);
  });
  child.on('close', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 130);
  });
}
