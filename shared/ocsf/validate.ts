import {
  enumerationFor, eventClasses, isProfile, objectShapes, requiredBy, schemaVersion, type Attribute,
  type Enumeration, type EventClass, type Shape,
} from './schema/compiled.ts'; // prettier-ignore
import { isSimple, typeProblem } from './type-problem.ts';

/** One thing that is wrong: `actor.user.email_addr` and a sentence about it. Never the value. */
export interface OcsfProblem {
  readonly path: string;
  readonly says: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Report = (path: string, says: string) => void;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Whether an object is an OCSF 1.8.0 event, as far as the schema is known here: required attributes, types, lists,
 * enumerations with their siblings, constraints, and what a profile allows. Empty where nothing is wrong.
 */
export function ocsfProblems(event: unknown): readonly OcsfProblem[] {
  const found: OcsfProblem[] = [];
  const report: Report = (path, says) => {
    found.push({ path, says });
  };
  if (!isFields(event)) {
    report('', 'is not an object');
    return found;
  }
  const of = eventClasses.get(Number(event['class_uid']));
  if (of === undefined) {
    report('class_uid', 'is not a class of the compiled schema');
    return found;
  }
  checkShape(of, event, '', null, report);
  checkIds(of, event, report);
  checkProfiles(of, event, report);
  return found;
}

function checkIds(of: EventClass, event: Fields, report: Report): void {
  const activity = event['activity_id'];
  if (event['category_uid'] !== Math.floor(of.uid / 1_000))
    report('category_uid', 'is not that of the class');
  if (event['type_uid'] !== of.uid * 100 + Number(activity)) {
    report('type_uid', 'is not class_uid × 100 + activity_id');
  }
  checkMember(of.activities, activity, event['activity_name'], 'activity_id', 'activity_name', report);
  checkMember(of.statuses, event['status_id'], event['status'], 'status_id', 'status', report);
  const metadata = event['metadata'];
  if (isFields(metadata) && metadata['version'] !== schemaVersion) {
    report('metadata.version', `is not ${schemaVersion}`);
  }
}

function namedProfiles(event: Fields): readonly string[] {
  const metadata = event['metadata'];
  const named = isFields(metadata) ? metadata['profiles'] : undefined;
  return Array.isArray(named) ? named.filter(name => typeof name === 'string') : [];
}

function checkProfiles(of: EventClass, event: Fields, report: Report): void {
  const named = namedProfiles(event);
  for (const profile of named) {
    if (!isProfile(profile)) report('metadata.profiles', 'names a profile that is none');
    for (const name of requiredBy(profile)) {
      if (event[name] === undefined) report(name, `is required by the profile ${profile}`);
    }
  }
  for (const name of Object.keys(event)) {
    const profile = of.attributes.get(name)?.profile ?? null;
    if (profile !== null && !named.includes(profile)) {
      report(name, `needs the profile ${profile} in metadata.profiles`);
    }
    if (name.endsWith('_dt') && !named.includes('datetime')) {
      report(name, 'needs the profile datetime in metadata.profiles');
    }
  }
}

function checkShape(shape: Shape, value: Fields, path: string, object: string | null, report: Report): void {
  for (const attribute of shape.attributes.values()) {
    if (attribute.required && (value[attribute.name] ?? null) === null) {
      report(under(path, attribute.name), 'is required');
    }
  }
  checkConstraints(shape, value, path, report);
  for (const [name, inner] of Object.entries(value)) {
    const at = under(path, name);
    const attribute = shape.attributes.get(name);
    if (attribute === undefined) {
      if (shape.whole && !name.endsWith('_dt')) report(at, 'is no attribute of its class or object');
      continue;
    }
    checkValue(attribute, inner, at, report);
    // The event's own activity and status are checked with its class.
    const known = enumerationFor(object, name);
    if (known === undefined || (object === null && name === 'status_id')) continue;
    const sibling = name.replace(/_id$/, '');
    checkMember(known, inner, value[sibling], at, under(path, sibling), report);
  }
}

function checkConstraints(shape: Shape, value: Fields, path: string, report: Report): void {
  const given = (names: readonly string[]): number =>
    names.filter(name => (value[name] ?? null) !== null).length;
  if (shape.atLeastOne.length > 0 && given(shape.atLeastOne) === 0) {
    report(path, `needs at least one of ${shape.atLeastOne.join(', ')}`);
  }
  if (shape.justOne.length > 0 && given(shape.justOne) !== 1) {
    report(path, `needs exactly one of ${shape.justOne.join(', ')}`);
  }
}

function checkValue({ type, list, required }: Attribute, value: unknown, path: string, report: Report): void {
  if (!list) return checkOne(type, value, path, report);
  if (!Array.isArray(value)) return report(path, 'should be a list');
  if (required && value.length === 0) report(path, 'is required and empty');
  for (const [at, inner] of value.entries()) checkOne(type, inner, `${path}[${String(at)}]`, report);
}

function checkOne(type: string, value: unknown, path: string, report: Report): void {
  if (isSimple(type)) {
    const problem = typeProblem(type, value);
    if (problem !== null) report(path, problem);
    return;
  }
  if (!isFields(value)) return report(path, 'should be an object');
  const shape = objectShapes.get(type);
  if (shape !== undefined) checkShape(shape, value, path, type, report);
}

/**
 * A value of an enumeration and its sibling: 99 says nothing without the source's own word beside it, and any
 * other number is written out as its caption or not at all.
 */
function checkMember(
  { captions, closed }: Enumeration,
  value: unknown,
  sibling: unknown,
  path: string,
  siblingPath: string,
  report: Report,
): void {
  if (typeof value !== 'number') return;
  const caption = captions.get(value);
  if (caption === undefined && closed) {
    report(path, `is none of ${[...captions.keys()].sort((a, b) => a - b).join(', ')}`);
  }
  if (value === 99 && (typeof sibling !== 'string' || sibling === '')) {
    report(siblingPath, 'is needed beside 99: the source’s own word');
  }
  if (value !== 99 && caption !== undefined && sibling !== undefined && sibling !== caption) {
    report(siblingPath, `should be “${caption}”, as the number beside it says`);
  }
}
