interface Made {
  readonly mapping: number;
  readonly mappingDigest?: string | undefined;
}

/** What a source makes events with today: its mapping, and the mapping file. Made with anything else they are stale. */
export const mappingOf = (source: Made): string => madeWith(source);

const madeWith = ({ mapping, mappingDigest }: Made): string => `${mapping} ${mappingDigest ?? ''}`.trimEnd();

export const isStale = (event: Made, source: Made): boolean => madeWith(event) !== mappingOf(source);
