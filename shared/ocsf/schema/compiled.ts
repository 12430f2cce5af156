import { baseEvent, classes, profiles, type ClassText } from './classes.ts';
import { enums } from './enums.ts';
import { objects, type ObjectText } from './objects.ts';

export { categoryNames, schemaVersion } from './classes.ts';

export interface Attribute {
  readonly name: string;
  /** `string_t`, or the name of an object. */
  readonly type: string;
  readonly list: boolean;
  readonly required: boolean;
  /** The profile that must be named for it; null where it is always allowed. */
  readonly profile: string | null;
}

/** Values of an enumerated attribute with their captions. */
export interface Enumeration {
  readonly captions: ReadonlyMap<number, string>;
  /** False where there are values beyond these. */
  readonly closed: boolean;
}

/** What an event or an object may and must hold. */
export interface Shape {
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Whether these are all there are. */
  readonly whole: boolean;
  readonly atLeastOne: readonly string[];
  readonly justOne: readonly string[];
}

export interface EventClass extends Shape {
  readonly uid: number;
  /** `api_activity` */
  readonly name: string;
  readonly activities: Enumeration;
  readonly statuses: Enumeration;
}

const wordsOf = (text: string | undefined): string[] => text?.split(/\s+/).filter(word => word !== '') ?? [];

function attributesOf(text: string | undefined, required: boolean, profile: string | null): Attribute[] {
  return wordsOf(text).map(word => {
    const [name = '', said = ''] = word.replace(/!$/, '').split(':');
    const list = said.endsWith('[]');
    return { name, type: list ? said.slice(0, -2) : said, list, required, profile };
  });
}

const byName = (attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> =>
  // Of two of one name the last stays: the class's own word over the profile's.
  new Map(attributes.map(attribute => [attribute.name, attribute]));

function enumerationOf(text: string): Enumeration {
  const parts = text.split(',').map(part => part.trim().replaceAll(/\s+/g, ' '));
  const captions = new Map<number, string>([
    [0, 'Unknown'],
    [99, 'Other'],
  ]);
  for (const part of parts) {
    const [, number, caption] = /^(\d+) (.+)$/.exec(part) ?? [];
    if (number !== undefined && caption !== undefined) captions.set(Number(number), caption);
  }
  return { captions, closed: parts.at(-1) !== '…' };
}

const enumerations = new Map(Object.entries(enums).map(([name, text]) => [name, enumerationOf(text)]));

/** The enumeration of an attribute of an object, if it has one; `null` is the event itself. */
export function enumerationFor(object: string | null, attribute: string): Enumeration | undefined {
  const own = enumerations.get(`${object ?? ''}.${attribute}`);
  // `status_id` of the event is not that of an object nobody has described.
  return own ?? (object === null ? enumerations.get(attribute) : undefined);
}

const gated = Object.entries(profiles).flatMap(([profile, text]) =>
  attributesOf(text.attributes, false, profile),
);

/** What a profile demands of an event that names it. */
export const requiredBy = (profile: string): readonly string[] => wordsOf(profiles[profile]?.required);
export const isProfile = (name: string): boolean => name === 'datetime' || Object.hasOwn(profiles, name);

function eventClass(uid: number, text: ClassText): EventClass {
  const { name, activities, required, attributes, statuses, atLeastOne, justOne } = text;
  return {
    uid,
    name,
    activities: enumerationOf(activities),
    statuses: enumerationOf(statuses ?? enums['status_id'] ?? ''),
    attributes: byName([
      ...gated,
      ...attributesOf(baseEvent.attributes, false, null),
      ...attributesOf(attributes, false, null),
      ...attributesOf(baseEvent.required, true, null),
      ...attributesOf(required, true, null),
    ]),
    whole: attributes !== undefined,
    atLeastOne: wordsOf(atLeastOne),
    justOne: wordsOf(justOne),
  };
}

const shapeOf = ({ required, attributes, whole, atLeastOne }: ObjectText): Shape => ({
  attributes: byName([...attributesOf(attributes, false, null), ...attributesOf(required, true, null)]),
  whole: whole === true,
  atLeastOne: wordsOf(atLeastOne),
  justOne: [],
});

/** By class_uid. */
export const eventClasses: ReadonlyMap<number, EventClass> = new Map(
  Object.entries(classes).map(([uid, text]) => [Number(uid), eventClass(Number(uid), text)]),
);

/** By name. */
export const objectShapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries(objects).map(([name, text]) => [name, shapeOf(text)]),
);

/** Why no event can have this class and activity, as a sentence; null where one can. */
export function classProblem({ class: uid, activity }: { class: number; activity: number }): string | null {
  const found = eventClasses.get(uid);
  if (found === undefined) {
    return `OCSF class ${String(uid)} is not in shared/ocsf/schema/classes.ts: take one that is, or add it there with its required attributes.`;
  }
  if (found.activities.captions.has(activity)) return null;
  const known = [...found.activities.captions.keys()].sort((a, b) => a - b).join(', ');
  return `OCSF class ${String(uid)} (${found.name}) has no activity ${String(activity)}; it has ${known}.`;
}
