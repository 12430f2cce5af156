import type { Page } from '../exchange.ts';

/** The page with other records; null when that changed nothing. */
function withRecords(page: Page, records: readonly string[]): Page | null {
  const same =
    records.length === page.records.length && records.every((text, index) => text === page.records[index]);
  return same ? null : { ...page, records };
}

/** The first record once more, at the end. */
export const duplicate = (page: Page): Page | null =>
  page.records.length === 0 ? null : { ...page, records: [...page.records, ...page.records.slice(0, 1)] };

/** The same records in another order. */
export function shuffle(page: Page, random: () => number): Page | null {
  const records = [...page.records];
  for (let last = records.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [records[last], records[other]] = [records[other] ?? '', records[last] ?? ''];
  }
  // Two records come out unchanged half the time: then they are turned around, or nothing would be tested.
  return withRecords(page, records) ?? withRecords(page, records.toReversed());
}

/** Every record with a property nobody has announced. The rest of its text stays as it was. */
export const unknownField = (page: Page): Page | null =>
  withRecords(
    page,
    page.records.map(text => insert(text, '"simulatorAddition":{"note":"unannounced","list":[1,null,"x"]}')),
  );

/** The first record with a text of so many bytes in it. */
export const tooLarge = (page: Page, bytes: number): Page | null =>
  withRecords(
    page,
    page.records.map((text, index) =>
      index === 0 ? insert(text, `"padding":"${'x'.repeat(bytes)}"`) : text,
    ),
  );

/** `{…}` with a first property more. */
function insert(text: string, property: string): string {
  const open = text.indexOf('{');
  if (open < 0) return text;
  const rest = text.slice(open + 1);
  return `${text.slice(0, open + 1)}${property}${rest.trimStart().startsWith('}') ? '' : ','}${rest}`;
}

type Fields = Map<string, unknown>;

/** Every record read, changed and written again; records that are not objects stay. */
function rewrite(page: Page, change: (fields: Fields) => boolean): Page | null {
  return withRecords(
    page,
    page.records.map(text => {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return text;
      const fields: Fields = new Map(Object.entries(parsed));
      return change(fields) ? JSON.stringify(Object.fromEntries(fields)) : text;
    }),
  );
}

const firstOf = (list: readonly unknown[]): unknown => list[0] ?? {};

// Per record kind, a property that mappings read, with the type it does not have.
const retyped: Readonly<Record<string, (value: unknown) => unknown>> = {
  size: value => String(value),
  isInteractive: value => String(value),
  resources: value => (Array.isArray(value) ? firstOf(value) : []),
  evidence: value => (Array.isArray(value) ? firstOf(value) : []),
  priorityScore: value => String(value),
  UserType: value => String(value),
  RecordType: value => String(value),
  initiatedBy: () => 'system',
  targetResources: value => (Array.isArray(value) ? firstOf(value) : []),
  contentExpiration: value => Date.parse(String(value)),
  // Mimecast's: numbers as text and text as numbers, flags as text, what is one as a list.
  spamScore: value => (typeof value === 'number' ? String(value) : Number(value)),
  hits: value => String(value),
  isAdmin: value => (typeof value === 'string' ? value === 'true' : String(value)),
  contentViewed: value => String(value),
  emailPartsDescription: value => (Array.isArray(value) ? firstOf(value) : []),
  fileType: value => [value],
  policy: value => [value],
  eventInfo: value => ({ text: value }),
};

/** Known properties with another type: numbers as text, a list as its first item, an object as text. */
export const otherType = (page: Page): Page | null =>
  rewrite(page, fields => {
    let changed = false;
    for (const [name, change] of Object.entries(retyped)) {
      if (!fields.has(name)) continue;
      fields.set(name, change(fields.get(name)));
      changed = true;
    }
    return changed;
  });

/** The first nested value of each record as text that holds JSON; a flat record altogether as text. */
export const jsonInString = (page: Page): Page | null =>
  withRecords(
    page,
    page.records.map(text => {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed !== 'object' || parsed === null) return text;
      const nested = Object.entries(parsed).find(([, value]) => typeof value === 'object' && value !== null);
      if (nested === undefined) return JSON.stringify(text);
      return JSON.stringify({ ...parsed, [nested[0]]: JSON.stringify(nested[1]) });
    }),
  );

/** Every record's own time in another spelling; the moment stays the same. */
function respell(page: Page, spell: (date: Date, text: string) => string): Page | null {
  const field = new RegExp(String.raw`("${page.timeField}"\s*:\s*)"([^"]+)"`);
  return withRecords(
    page,
    page.records.map(record =>
      record.replace(field, (whole: string, name: string, text: string) => {
        const zoned = text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
        const date = new Date(/(?:Z|[+-]\d{2}:\d{2})$/.test(zoned) ? zoned : `${zoned}Z`);
        return Number.isNaN(date.getTime()) ? whole : `${name}"${spell(date, text)}"`;
      }),
    ),
  );
}

export const timeWithoutZone = (page: Page): Page | null =>
  respell(page, (_date, text) => text.replace(/(?:Z|\+0000)$/, ''));
export const timeWithSevenDigits = (page: Page): Page | null =>
  respell(page, (date, text) => `${date.toISOString().slice(0, 19)}.${fraction(text)}Z`);
export const timeWithSlashes = (page: Page): Page | null =>
  respell(page, date => `/Date(${date.getTime()})/`);

const fraction = (text: string): string => (/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(7, '0').slice(0, 7);
