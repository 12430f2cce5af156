import { build, transform, type OutputFile, type Plugin } from 'esbuild';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

export interface BundleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}
export interface Bundle {
  /** `app.js`, which the host loads, and the parts it loads by itself. */
  readonly code: readonly BundleFile[];
  /** For reading the stacks of its log lines, one for each file; not deployed. */
  readonly maps: readonly BundleFile[];
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

const target = { platform: 'node', target: 'node24', minify: true } as const;

/**
 * All function files, and everything they need. What they import late lies in parts of its own: a cold start has its
 * functions registered before it reads, let alone compiles, the SDKs, which are most of the bundle. esbuild cuts
 * parts only of modules, and the host loads CommonJS most surely, so each part is turned into that afterwards.
 */
export async function bundleFunctions(modules: readonly string[] = functionFiles()): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...target,
    stdin: { contents: modules.map(path => `import '${path}';`).join('\n'), resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    // The worker itself provides it.
    external: ['@azure/functions-core'],
    plugins: [englishOnly],
    outdir: join(root, 'dist/functions'),
    entryNames: 'app',
    sourcemap: 'inline',
    legalComments: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const parts = outputFiles.filter(file => file.path.endsWith('.js'));
  const made = await Promise.all(parts.map(asCommonJs));
  return {
    code: made.map(one => one.code),
    maps: made.map(one => one.map),
    legal: licencesOf(outputFiles),
    inputs: Object.keys(metafile.inputs),
  };
}

async function asCommonJs({ path, text }: OutputFile): Promise<{ code: BundleFile; map: BundleFile }> {
  const name = basename(path);
  const { code, map } = await transform(text, {
    ...target,
    format: 'cjs',
    sourcefile: name,
    sourcemap: 'external',
    // Parts are for require: it neither waits nor looks at what a file may be.
    supported: { 'dynamic-import': false },
    // CommonJS has no address of its own; the built-in mapping file is found beside the bundle by it.
    define: { 'import.meta.url': 'addressOfBundle' },
    ...(text.includes('import.meta.url')
      ? { banner: "const addressOfBundle = require('node:url').pathToFileURL(__filename).href;" }
      : {}),
  });
  return {
    code: { path: name, bytes: Buffer.from(code) },
    map: { path: `${name}.map`, bytes: Buffer.from(map) },
  };
}

/** Each licence once, though it may stand in several parts. */
function licencesOf(files: readonly OutputFile[]): Uint8Array {
  const texts = files.filter(file => file.path.endsWith('.LEGAL.txt')).map(file => file.text.trim());
  return Buffer.from(`${[...new Set(texts)].filter(text => text !== '').join('\n\n')}\n`);
}
