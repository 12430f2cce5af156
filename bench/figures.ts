/** What a benchmark found, and what it is meant to reach. */
export interface Figures {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly targets: Readonly<Record<string, { readonly atLeast: number } | { readonly atMost: number }>>;
}

/** One line per figure, with its target and whether it is met. */
export function printFigures(found: Figures): string {
  const lines = Object.entries(found.figures).map(([name, value]) => {
    const target = found.targets[name];
    if (target === undefined) return `  ${name.padEnd(44)} ${value.toLocaleString('en')}`;
    const [word, wanted] = 'atLeast' in target ? ['at least', target.atLeast] : ['at most', target.atMost];
    const met = 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
    const verdict = `${word} ${wanted.toLocaleString('en')}: ${met ? 'met' : 'MISSED'}`;
    return `  ${name.padEnd(44)} ${value.toLocaleString('en').padEnd(12)} ${verdict}`;
  });
  return [found.name, ...lines].join('\n');
}

/** CPU this process has used so far, all its threads, in seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
