import { columnsOf, cut, printable } from './printable.ts';
import type { Paint, Terminal } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  value(row: Row): string;
  readonly right?: true;
  /** May be cut down to so many columns when the terminal is narrow; never cut where not given. */
  readonly least?: number;
  /**
   * `when-filled`: left out while no row has a value. `when-wide`: left out where cutting is not enough; the last
   * such column goes first.
   */
  readonly shown?: 'when-filled' | 'when-wide';
  paint?(row: Row): Paint | null;
}

const gap = 2;

/**
 * Rows under their titles, as wide as the terminal at most: the widest columns that may be cut give way first,
 * then columns that can be missed go. Where nobody looks (a pipe, a file), nothing is cut.
 */
export function formatTable<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  terminal: Pick<Terminal, 'width' | 'paint'>,
): string {
  const columns = fitting(
    all.filter(column => column.shown !== 'when-filled' || rows.some(row => column.value(row) !== '')),
    rows,
    terminal.width,
  );
  const cells = rows.map(row => columns.map(column => printable(column.value(row))));
  const natural = columns.map((column, at) =>
    Math.max(columnsOf(column.title), ...cells.map(line => columnsOf(line[at] ?? ''))),
  );
  const widths = terminal.width === null ? natural : shrink(natural, columns, terminal.width);
  const line = (texts: readonly string[], paint: (text: string, at: number) => string): string =>
    texts
      .map((text, at) => {
        const width = widths[at] ?? 0;
        const short = cut(text, width);
        const pad = ' '.repeat(Math.max(0, width - columnsOf(short)));
        const painted = paint(short, at);
        if (columns[at]?.right === true) return pad + painted;
        return at === texts.length - 1 ? painted : painted + pad;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const title = line(
    columns.map(column => column.title),
    text => terminal.paint('dim', text),
  );
  const body = rows.map((row, index) =>
    line(cells[index] ?? [], (text, at) => {
      const format = columns[at]?.paint?.(row) ?? null;
      return format === null || text === '' ? text : terminal.paint(format, text);
    }),
  );
  return [title, ...body].map(text => `${text}\n`).join('');
}

/** The columns less those that can be missed, as far as the width demands it. */
function fitting<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
): readonly Column<Row>[] {
  if (width === null) return columns;
  const least = columns.map(column => {
    const natural = Math.max(
      columnsOf(column.title),
      ...rows.map(row => columnsOf(printable(column.value(row)))),
    );
    return Math.min(natural, Math.max(column.least ?? natural, columnsOf(column.title)));
  });
  const needed = least.reduce((sum, one) => sum + one, 0) + gap * (columns.length - 1);
  const spare = columns.findLastIndex(column => column.shown === 'when-wide');
  if (needed <= width || spare === -1) return columns;
  return fitting(columns.toSpliced(spare, 1), rows, width);
}

/** Takes from the widest column that can still give, one at a time, until the row fits or nothing gives. */
function shrink(
  natural: readonly number[],
  columns: readonly { readonly least?: number }[],
  width: number,
): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
  for (let over = total() - width; over > 0; over -= 1) {
    let widest = -1;
    for (const [at, one] of widths.entries()) {
      const least = columns[at]?.least;
      if (least !== undefined && one > least && one > (widths[widest] ?? -1)) widest = at;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** `name  value` lines for one thing; nothing for what is null or empty. */
export function formatFacts(
  facts: readonly (readonly [string, string | null])[],
  terminal: Pick<Terminal, 'paint'>,
): string {
  const given = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null && fact[1] !== '');
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given
    .map(([name, value]) => `${terminal.paint('dim', name.padEnd(width))}  ${printable(value)}\n`)
    .join('');
}
