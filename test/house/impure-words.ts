import { maskSource } from './mask-source.ts';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

/** Folders whose results may depend on nothing but their arguments. */
export const pureFolders = [
  'shared/kernel/',
  'shared/model/',
  'shared/sources/',
  'shared/pipeline/',
  'shared/query/',
  'shared/evidence/',
  'shared/ocsf/',
  'shared/mappings/',
  'shared/api/',
  'shared/authz/',
] as const;

// The look-behind keeps `ports.console` and `deps.fetch(` apart from the globals.
const impure: readonly (readonly [RegExp, string])[] = [
  [
    /(?<![.\w$])Date\s*\.\s*now\b/g,
    'reads the wall clock (Date.now): take the time from a Clock or an argument',
  ],
  [
    /(?<![.\w$])new\s+Date\s*(?:\(\s*\)|(?![\w\s(]))/g,
    'reads the wall clock (new Date()): take the time from a Clock',
  ],
  [/(?<![.\w$]|new\s)Date\s*\(/g, 'reads the wall clock (Date()): take the time from a Clock'],
  [/(?<![.\w$])performance\s*\.\s*now\b/g, 'reads a clock (performance.now)'],
  [/(?<![.\w$])Math\s*\.\s*random\b/g, 'throws dice (Math.random): results must repeat'],
  [
    /(?<![.\w$])crypto\s*\.\s*(?:randomUUID|getRandomValues)\b/g,
    'throws dice (crypto): take ids from the caller',
  ],
  [/(?<![.\w$])process\s*(?:\.|\[)/g, 'reads the process: settings come through config'],
  [/(?<![.\w$])console\s*(?:\.|\[)/g, 'prints (console): report through Telemetry'],
  [/(?<![.\w$])fetch\s*\(/g, 'calls fetch: the HTTP client is the one door'],
  [/(?<![.\w$])(?:setTimeout|setInterval|setImmediate)\s*\(/g, 'starts a timer: sleep on the Clock'],
  [/(?<![.\w$])globalThis\b/g, 'reaches for the globals'],
];

/** Uses of clock, dice, environment, console or network in a file of a pure folder. */
export function impureWords(file: TreeFile): Finding[] {
  if (!pureFolders.some(folder => file.path.startsWith(folder))) return [];
  const code = maskSource(file.text);
  // A parameter of that name is somebody else's door, handed in.
  const handedIn = /[(,{]\s*fetch\s*[:,})]/.test(code);
  return impure.flatMap(([pattern, says]) =>
    [...code.matchAll(pattern)]
      .filter(match => !(handedIn && match[0].startsWith('fetch')))
      .map(match => ({ path: file.path, line: lineAt(code, match.index), says })),
  );
}
