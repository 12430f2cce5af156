import { namesIn, type Template } from './bicep.ts';

/**
 * What the compiler and its linter would say of our templates, as far as a rule can tell without types. Each rule bears
 * the compiler's own name for it.
 */
interface Declaration {
  readonly kind: 'resource' | 'module';
  readonly name: string;
  /** Of a resource with its version; of a module the path. */
  readonly type: string;
  readonly existing: boolean;
  readonly condition: string;
  readonly range: string;
  readonly loopNames: readonly string[];
  readonly body: string;
}

const head =
  /^(resource|module) (\w+) '([^']+)'( existing)? = (?:if \((.*)\) |\[for \(?([\w, ]+?)\)? in (.*): )?\{\n([\s\S]*?)^\}\]?$/gm;

/** Comments of ours have lines of their own. */
const withoutComments = (text: string): string => text.replaceAll(/^\s*\/\/.*\n/gm, '');

function declarationsOf(text: string): Declaration[] {
  return [...withoutComments(text).matchAll(head)].map(
    ([, kind, name = '', type = '', existing, condition = '', loop = '', range = '', body = '']) => ({
      kind: kind === 'module' ? 'module' : 'resource',
      name,
      type,
      existing: existing !== undefined,
      condition,
      range,
      loopNames: loop.split(/, ?/).filter(Boolean),
      body,
    }),
  );
}

const variablesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...withoutComments(text).matchAll(/^var (\w+) = ([\s\S]*?)(?=^\w|^@|^$)/gm)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );

const property = (one: Declaration, name: string): string =>
  new RegExp(`^ {2}${name}: (.*)$`, 'm').exec(one.body)?.[1] ?? '';

/** Known before anything is deployed; everything else of a resource or module is not. */
const knownAtStart: Readonly<Record<Declaration['kind'], readonly string[]>> = {
  resource: ['id', 'name', 'type', 'apiVersion'],
  module: ['name'],
};

/** The first thing in an expression, or in a variable it names, that is known only while deploying. */
function runtimeValue(
  expression: string,
  all: readonly Declaration[],
  variables: ReadonlyMap<string, string>,
): string | null {
  for (const [whole, name = '', member = ''] of expression.matchAll(/\b(\w+)(?:\[[^\]]*\])?\.(\w+)/g)) {
    const found = all.find(one => one.name === name);
    if (found !== undefined && !knownAtStart[found.kind].includes(member)) return whole;
  }
  for (const name of namesIn(expression)) {
    const value = variables.get(name);
    const inside = value === undefined ? null : runtimeValue(value, all, variables);
    if (inside !== null) return inside;
  }
  return null;
}

function startProblems(all: readonly Declaration[], variables: ReadonlyMap<string, string>): string[] {
  return all.flatMap(one => {
    const places = {
      name: property(one, 'name'),
      scope: property(one, 'scope'),
      parent: property(one, 'parent'),
      if: one.condition,
      for: one.range,
    };
    return Object.entries(places).flatMap(([place, expression]) => {
      const late = runtimeValue(expression, all, variables);
      return late === null
        ? []
        : [`BCP120: "${place}" of ${one.name} needs ${late}, not known when it starts`];
    });
  });
}

/** What is made on a condition may not be there when somebody reads it. */
function conditionProblems(text: string, all: readonly Declaration[]): string[] {
  return all
    .filter(one => one.condition !== '')
    .flatMap(one =>
      [...withoutComments(text).matchAll(new RegExp(`(?<![\\w./'-])${one.name}\\.(\\w+)`, 'g'))]
        .filter(([, member = '']) => !knownAtStart[one.kind].includes(member))
        .map(([read]) => `BCP318: ${read} is read, and ${one.name} may not be there`),
    );
}

function dependencyProblems(all: readonly Declaration[]): string[] {
  return all.flatMap(one => {
    const list = /^ {2}dependsOn: \[\n([\s\S]*?)^ {2}\]/m.exec(one.body);
    const listed = [...(list?.[1] ?? '').matchAll(/^ {4}(\w+)$/gm)].map(([, name = '']) => name);
    const used = namesIn(one.body.replace(list?.[0] ?? '', ''));
    return listed
      .filter(name => used.has(name))
      .map(name => `no-unnecessary-dependson: ${one.name} uses ${name} anyway`);
  });
}

function nameProblems(all: readonly Declaration[]): string[] {
  return all.flatMap(one => {
    const found: string[] = [];
    const name = property(one, 'name');
    const parent = property(one, 'parent').replace(/\[.*/, '');
    const varies = namesIn(`${name} ${property(one, 'parent')}`);
    if (one.loopNames.length > 0 && !one.loopNames.some(loop => varies.has(loop)))
      found.push(`BCP179: each ${one.name} of the loop has one name`);
    if (one.kind === 'module') return found;
    const type = one.type.replace(/@.*/, '');
    const owner = type.slice(0, type.lastIndexOf('/'));
    if (parent === '' && type.split('/').length > 2) found.push(`use-parent-property: ${one.name}`);
    if (parent !== '' && !all.some(other => other.name === parent && other.type.startsWith(`${owner}@`)))
      found.push(`BCP036: the parent of ${one.name} is no ${owner}`);
    if (name.includes('/')) found.push(`BCP169: the name of ${one.name} has a slash`);
    return found;
  });
}

/** `resourceId` takes a name for each segment of its type. */
function idProblems(text: string): string[] {
  return [...text.matchAll(/\b(?:subscriptionR|r)esourceId\('([^']+)', ([^()]*)\)/g)]
    .filter(([, type = '', names = '']) => type.split('/').length - 1 !== names.split(',').length)
    .map(([call]) => `${call} has too few names or too many`);
}

/** The type of a parameter's default, and of what a module is handed where it can be seen. */
function typeProblems(template: Template, templates: readonly Template[]): string[] {
  const types = (one: Template): ReadonlyMap<string, string> =>
    new Map([...one.text.matchAll(/^param (\w+) (\w+)/gm)].map(([, name = '', type = '']) => [name, type]));
  const own = types(template);
  const typeOf = (value: string): string | undefined => {
    if (value.startsWith("'")) return 'string';
    if (/^-?\d+$/.test(value)) return 'int';
    if (value === 'true' || value === 'false') return 'bool';
    return own.get(value);
  };
  const found = [...template.text.matchAll(/^param (\w+) (\w+) = (.*)$/gm)]
    .filter(([, , type, value = '']) => (typeOf(value) ?? type) !== type)
    .map(([, name = '']) => `BCP033: the default of ${name} is of another type`);
  for (const use of template.modules) {
    const target = templates.find(one => one.path === use.file);
    const body = declarationsOf(template.text).find(one => one.name === use.name)?.body ?? '';
    for (const [name, type] of target === undefined ? [] : types(target)) {
      const value = new RegExp(`^ {4}${name}: (.*)$`, 'm').exec(body)?.[1] ?? '';
      if ((typeOf(value) ?? type) !== type)
        found.push(`BCP036: ${use.name} is given another type as ${name}`);
    }
  }
  return found;
}

export function compilerProblems(templates: readonly Template[]): string[] {
  const found = templates.flatMap(template => {
    const { path, text } = template;
    const all = declarationsOf(text);
    const count = template.resources.length + template.modules.length;
    return [
      ...(all.length === count ? [] : [`${count} resources and modules, of which ${all.length} can be read`]),
      ...startProblems(all, variablesOf(text)),
      ...conditionProblems(text, all),
      ...dependencyProblems(all),
      ...nameProblems(all),
      ...idProblems(text),
      ...typeProblems(template, templates),
    ].map(says => `${path}: ${says}`);
  });
  const versions = new Map<string, string>();
  for (const { path, resources } of templates)
    for (const { type } of resources) {
      const [name = '', version = ''] = type.split('@');
      if ((versions.get(name) ?? version) !== version) found.push(`${path}: ${name} in two versions`);
      versions.set(name, version);
    }
  return found;
}
