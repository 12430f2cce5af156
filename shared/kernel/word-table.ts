/**
 * A table looked up with words other people chose. It has no prototype: a record that says `constructor` says a word
 * nobody knows, and does not find a function where an outcome was expected.
 */
export const wordTable = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null) as Record<string, T>, entries);
