/**
 * `make` with its answers kept, for questions that are a few hundred names and come a million times: field names,
 * operations. Beyond `most` different ones nothing more is kept, since they come out of other people's records.
 */
export function remembered<Answer extends NonNullable<unknown> | null>(
  most: number,
  make: (name: string) => Answer,
): (name: string) => Answer {
  const known = new Map<string, Answer>();
  return name => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = make(name);
    if (known.size < most) known.set(name, made);
    return made;
  };
}
