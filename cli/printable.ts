/**
 * Text that came from outside, made safe for a terminal: one line, no control characters (a mail's subject may
 * hold escape sequences that clear the screen or retitle the window), no overrides of the writing direction.
 */
export const printable = (text: string): string =>
  text
    .replace(/[\t\n\r\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g, '�')
    .trim();

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });
// East Asian wide and full-width forms, and emoji: two columns each on every common terminal.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const plain = /^[\u0020-\u007e]*$/;

/** Columns the text takes on a terminal. */
export function columnsOf(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segments.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/** The text cut to so many columns, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of segments.segment(text)) {
    const size = wide.test(segment) ? 2 : 1;
    if (used + size > columns - 1) break;
    kept += segment;
    used += size;
  }
  return `${kept}…`;
}
