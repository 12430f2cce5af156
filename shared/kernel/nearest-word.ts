/**
 * The word of the list that somebody most likely meant by another one: at most two letters away, one where it is
 * short. Null where none is that near. Suggested, never silently taken.
 */
export function nearestWord<W extends string>(word: string, words: Iterable<W>): W | null {
  const asked = word.slice(0, longestCompared).toLowerCase();
  let best: W | null = null;
  let fewest = asked.length < 5 ? 2 : 3;
  for (const one of words) {
    // Their lengths alone may tell that they are further apart.
    if (Math.abs(one.length - asked.length) >= fewest) continue;
    const edits = distance(asked, one.toLowerCase());
    if (edits < fewest) [best, fewest] = [one, edits];
  }
  return best;
}

const longestCompared = 60;

/** Letters to insert, drop or replace to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
