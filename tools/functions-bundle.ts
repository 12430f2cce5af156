import { build, type Plugin } from 'esbuild';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

export interface Bundle {
  readonly code: Uint8Array;
  /** For reading the stacks of its log lines; not deployed. */
  readonly map: Uint8Array;
  /** Licences of what is in it, as their owners ask. */
  readonly legal: Uint8Array;
  /** Source files in it, relative to the repository. */
  readonly inputs: readonly string[];
}

/** The files that register functions. */
export const functionFiles = (): readonly string[] =>
  readdirSync(join(root, 'functions'))
    .filter(name => name.endsWith('.ts'))
    .sort()
    .map(name => `./functions/${name}`);

/** Zod brings its messages in some forty languages; ours are in English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: resolve(path, '..'),
    }));
  },
};

/**
 * All function files, and everything they need, as one CommonJS file: what they import late is in it too, but not run
 * before it is asked for. The worker itself provides `@azure/functions-core`.
 */
export async function bundleFunctions(modules: readonly string[] = functionFiles()): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: modules.map(path => `import '${path}';`).join('\n'), resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // CommonJS has no address of its own; the built-in mapping file is found beside the bundle by it.
    define: { 'import.meta.url': 'addressOfBundle' },
    banner: { js: "const addressOfBundle = require('node:url').pathToFileURL(__filename).href;" },
    minify: true,
    external: ['@azure/functions-core'],
    plugins: [englishOnly],
    outfile: join(root, 'dist/functions/app.js'),
    sourcemap: 'external',
    legalComments: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const output = (name: string): Uint8Array =>
    outputFiles.find(file => basename(file.path) === name)?.contents ?? new Uint8Array();
  return {
    code: output('app.js'),
    map: output('app.js.map'),
    legal: output('app.js.LEGAL.txt'),
    inputs: Object.keys(metafile.inputs),
  };
}
