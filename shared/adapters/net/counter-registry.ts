type Labels = Readonly<Record<string, string>>;

/** Monotonic counters of this process, for /metrics. */
export interface CounterRegistry {
  count(name: string, by: number, labels?: Labels): void;
  /** All of them in Prometheus text format 0.0.4, names and label sets in a fixed order. */
  render(): string;
}

/** A label whose values grow without end would eat the memory: beyond this many sets the rest is one. */
const mostSeries = 1_000;

/** Counters show up as `holdfast_<name>_total`. */
export function counterRegistry(): CounterRegistry {
  const counters = new Map<string, Map<string, number>>();
  return {
    count(name, by, labels) {
      if (!(by >= 0)) return; // A counter that falls reads as a restart.
      let series = counters.get(name);
      if (series === undefined) {
        series = new Map();
        counters.set(name, series);
      }
      let key = labels === undefined ? '' : labelText(labels);
      if (!series.has(key) && series.size >= mostSeries) key = '{overflow="true"}';
      series.set(key, (series.get(key) ?? 0) + by);
    },
    render() {
      const lines: string[] = [];
      for (const [name, series] of [...counters].sort(byKey)) {
        const shown = `holdfast_${name.replace(/[^a-zA-Z0-9_]/g, '_')}_total`;
        lines.push(`# TYPE ${shown} counter`);
        for (const [labels, value] of [...series].sort(byKey)) lines.push(`${shown}${labels} ${value}`);
      }
      return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
    },
  };
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

function labelText(labels: Labels): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return '';
  const pairs = names.map(name => `${name.replace(/[^a-zA-Z0-9_]/g, '_')}="${escaped(labels[name] ?? '')}"`);
  return `{${pairs.join(',')}}`;
}

const escaped = (text: string): string =>
  /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;
