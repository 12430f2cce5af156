import { unpacked } from './json-in-string.ts';
import { fields, word, type Fields } from './reading.ts';

/** Deeper than any record; what lies below keeps its names. */
const deepest = 20;

/**
 * A record as the provider itself spells it, out of what others made of it on the way: its names begin with a letter of
 * the other case (a shell's own objects), have underscores between their words (columns of tables), or it lies in an
 * envelope. Null where none is so. `asked` is a field that cannot be missing, in the provider's spelling.
 */
export function respelled(record: Fields, asked: string): Fields | null {
  return otherCase(record, asked) ?? opened(record, asked);
}

function otherCase(record: Fields, asked: string): Fields | null {
  const isLower = asked[0] === asked[0]?.toLowerCase();
  if (record[turned(asked, !isLower)] !== undefined) {
    return spelled(record, name => turned(name, isLower), 0) as Fields;
  }
  return record[underscored(asked)] === undefined ? null : joined(record, isLower);
}

const underscored = (name: string): string =>
  turned(name, true).replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** Whether names of it are written like `sender_ip`. What providers write so themselves, `_offset` or `types_v2`, is none. */
export const hasUnderscores = (record: Fields): boolean =>
  Object.keys(record).some(name => /^[a-z]+_[a-z](?!\d)/.test(name));

/** `sender_ip` as `senderIp`, in all of it. */
export const joined = (record: Fields, isLower = true): Fields =>
  spelled(
    record,
    name =>
      turned(
        name.replace(/(?<=[a-z\d])_([a-z])(?!\d)/g, (_, letter: string) => letter.toUpperCase()),
        isLower,
      ),
    0,
  ) as Fields;

const turned = (name: string, toLower: boolean): string => {
  const first = name.slice(0, 1);
  return (toLower ? first.toLowerCase() : first.toUpperCase()) + name.slice(1);
};

function spelled(value: unknown, rename: (name: string) => string, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map(item => spelled(item, rename, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [rename(name), spelled(inside, rename, depth + 1)]),
  );
}

/** What an envelope says besides, and the record in it may not. Its other fields are its own: they mean something else. */
const besides = ['operationName', 'result', 'resultType', 'resultDescription', 'callerIpAddress'] as const;

/** `properties` of a diagnostic setting; `AuditData` of an audit search, an object or JSON in a string. */
function opened(record: Fields, asked: string): Fields | null {
  for (const name of ['properties', 'AuditData', 'auditData']) {
    const held = record[name] === undefined ? null : fields(unpacked(record[name]));
    if (held === null) continue;
    const inside = held[asked] === undefined ? otherCase(held, asked) : held;
    if (inside === null) continue;
    const said: Record<string, unknown> = {};
    for (const field of besides) if (record[field] !== undefined) said[field] = record[field];
    // Which of several logs, where the record in it does not say: the envelope's word for others is another thing.
    if (/SignInLogs$/i.test(word(record['category']) ?? '')) said['category'] = record['category'];
    return { ...said, ...inside };
  }
  return null;
}
