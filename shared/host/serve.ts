import { outliveReaders } from './outlive-readers.ts';
import { runProduct } from './run-product.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { tellUnknownSettings } from './tell-unknown-settings.ts';

// The product alone, for real providers. Settings come from the environment; log lines go to standard output.
outliveReaders();
tellUnknownSettings(process.env);
try {
  const product = await runProduct({ environment: process.env, log: process.stdout, level: 'info' });
  for (const { setting, problem } of product.problems) {
    process.stderr.write(`${setting}: ${problem}\n`);
  }
  const state = product.problems.length === 0 ? 'serves' : 'answers 503 until the settings above are right';
  process.stderr.write(`Holdfast ${state} at ${product.url}/api/v1\n`);
  stopOnSignal(product.close);
} catch (thrown) {
  process.stderr.write(`Holdfast could not start: ${thrown instanceof Error ? thrown.message : 'unknown'}\n`);
  process.exitCode = 1;
}
