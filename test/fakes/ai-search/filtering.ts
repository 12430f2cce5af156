import type { FieldSchema } from './index-schema.ts';
import { fullText, type Matches, type Searched } from './matching.ts';
import { parseFilter, type Constant, type FilterNode, type Operator } from './odata-filter.ts';
import { badRequest } from './refusal.ts';
import type { Value } from './stored-document.ts';

type Compare = Extract<FilterNode, { kind: 'compare' }>;
type Lambda = Extract<FilterNode, { kind: 'lambda' }>;

/** A `$filter` as a test of documents; refused where the service refuses it. */
export const filterOf = (searched: Searched, text: string): Matches => test(searched, parseFilter(text));

function test(searched: Searched, node: FilterNode): Matches {
  switch (node.kind) {
    case 'and': {
      const [left, right] = [test(searched, node.left), test(searched, node.right)];
      return document => left(document) && right(document);
    }
    case 'or': {
      const [left, right] = [test(searched, node.left), test(searched, node.right)];
      return document => left(document) || right(document);
    }
    case 'not': {
      const inner = test(searched, node.of);
      return document => !inner(document);
    }
    case 'literal':
      return () => node.value;
    case 'variable': {
      const field = filterableField(searched, node.path);
      if (field.type !== 'Edm.Boolean')
        throw badRequest(`'${node.path}' is no condition: it is of type ${field.type}.`);
      return document => document.compared[field.name] === true;
    }
    case 'compare':
      return comparison(searched, node);
    case 'in': {
      const field = singleField(searched, node.path);
      const list = inList(field, node.list, node.separators);
      return document => isIn(list, document.compared[field.name]);
    }
    case 'ismatch':
      return fullTextOf(searched, node);
    case 'lambda':
      return lambda(searched, node);
  }
}

function fullTextOf(searched: Searched, node: Extract<FilterNode, { kind: 'ismatch' }>): Matches {
  if (!node.full) throw badRequest('This service speaks full syntax only.');
  const fields = node.fields === null || node.fields.trim() === '' ? [] : node.fields.split(',');
  return fullText(searched, node.search, fields, node.all);
}

function filterableField(searched: Searched, path: string): FieldSchema {
  const field = searched.schema.fields.get(path);
  if (field === undefined) throw badRequest(`Could not find a property named '${path}' in the index.`);
  if (!field.filterable) throw badRequest(`'${path}' is not a filterable field.`);
  return field;
}

function singleField(searched: Searched, path: string): FieldSchema {
  const field = filterableField(searched, path);
  if (field.isCollection) throw badRequest(`'${path}' is a collection: use any or all.`);
  return field;
}

function comparison(searched: Searched, node: Compare): Matches {
  if (node.left.kind === 'ismatch') {
    if (typeof node.value !== 'boolean' || !isEquality(node.operator))
      throw badRequest('A condition is true or false.');
    const inner = test(searched, node.left);
    const wanted = (node.operator === 'eq') === node.value;
    return document => inner(document) === wanted;
  }
  if (node.left.kind !== 'variable') {
    throw badRequest(
      'A comparison is between a field and a constant; put the operand of not in parentheses.',
    );
  }
  const field = singleField(searched, node.left.path);
  const holds = comparer(field, node);
  return document => holds(document.compared[field.name] ?? null);
}

const isEquality = (operator: Operator): boolean => operator === 'eq' || operator === 'ne';

/** A comparison with a constant of the field's kind. Null is equal to null only, and neither less nor greater. */
function comparer(field: FieldSchema, { operator, value, isWhole }: Compare): (held: Value) => boolean {
  if (value === null) {
    if (!isEquality(operator)) throw badRequest('null can only be compared by eq and ne.');
    return held => (held === null) === (operator === 'eq');
  }
  const constant = constantOf(field, value, isWhole);
  if (!isEquality(operator) && typeof constant !== 'number') {
    // "Azure AI Search does not support the lt/le/gt/ge operators for strings, whether inside or outside a lambda."
    throw badRequest(`Only numbers and dates have an order: '${field.name}' is of type ${field.element}.`);
  }
  return held => {
    if (operator === 'eq') return held === constant;
    if (operator === 'ne') return held !== constant;
    if (typeof held !== 'number' || typeof constant !== 'number') return false;
    if (operator === 'lt') return held < constant;
    if (operator === 'le') return held <= constant;
    return operator === 'gt' ? held > constant : held >= constant;
  };
}

function constantOf(
  field: FieldSchema,
  value: Exclude<Constant, null>,
  isWhole: boolean,
): string | number | boolean {
  const wrong = (): Error =>
    badRequest(`'${field.name}' of type ${field.element} cannot be compared with that constant.`);
  switch (field.element) {
    case 'Edm.String':
      if (typeof value !== 'string') throw wrong();
      return field.normalize(value);
    case 'Edm.Boolean':
      if (typeof value !== 'boolean') throw wrong();
      return value;
    case 'Edm.DateTimeOffset':
      if (!(value instanceof Date)) throw wrong();
      return value.getTime();
    default:
      if (typeof value !== 'number') throw wrong();
      if (field.element.startsWith('Edm.Int') && isWhole && !Number.isSafeInteger(value)) throw wrong();
      return value;
  }
}

function inList(field: FieldSchema, list: string, separators: string | null): ReadonlySet<string> {
  if (field.element !== 'Edm.String') throw badRequest('search.in compares texts.');
  const marks = new Set(separators ?? ' ,');
  const values: string[] = [''];
  for (const letter of list) {
    if (marks.has(letter)) values.push('');
    else values[values.length - 1] += letter;
  }
  return new Set(values.filter(value => value !== '').map(value => field.normalize(value)));
}

const isIn = (list: ReadonlySet<string>, held: Value | undefined): boolean =>
  typeof held === 'string' && list.has(held);

/** any and all over a collection of plain values, with the rules for what may stand inside. */
function lambda(searched: Searched, node: Lambda): Matches {
  const field = filterableField(searched, node.path);
  if (!field.isCollection) throw badRequest(`'${node.path}' is no collection.`);
  const elements = (held: Value | undefined): readonly Value[] => (Array.isArray(held) ? held : []);
  if (node.body === null) return document => elements(document.compared[field.name]).length > 0;
  const holds = elementTest(field, node, node.body, node.how === 'all');
  return document => {
    const list = elements(document.compared[field.name]);
    return node.how === 'any' ? list.some(holds) : list.every(holds);
  };
}

/** @param negated in `all`, and under `not`, equality must be its opposite. */
function elementTest(
  field: FieldSchema,
  { how, variable }: Lambda,
  body: FilterNode,
  negated: boolean,
): (held: Value) => boolean {
  const isString = field.element === 'Edm.String';
  const visit = (node: FilterNode, opposite: boolean): ((held: Value) => boolean) => {
    switch (node.kind) {
      case 'and':
      case 'or': {
        if (isString && (node.kind === 'or') !== (how === 'any')) {
          throw badRequest(
            `Invalid lambda expression: '${node.kind}' is not supported in ${how} over texts.`,
          );
        }
        const [left, right] = [visit(node.left, opposite), visit(node.right, opposite)];
        return node.kind === 'and' ? held => left(held) && right(held) : held => left(held) || right(held);
      }
      case 'not': {
        const inner = visit(node.of, !opposite);
        return held => !inner(held);
      }
      case 'compare': {
        bound(node.left.kind === 'variable' ? node.left.path : '', variable);
        if (isString && isEquality(node.operator) && (node.operator === 'ne') !== opposite) {
          throw badRequest(`Invalid lambda expression: equality where its opposite was expected in ${how}.`);
        }
        return comparer(field, node);
      }
      case 'in': {
        bound(node.path, variable);
        if (opposite) throw badRequest('Invalid lambda expression: search.in in all must be negated.');
        const list = inList(field, node.list, node.separators);
        return held => isIn(list, held);
      }
      default:
        throw badRequest('Invalid lambda expression: only bound comparisons are supported.');
    }
  };
  return visit(body, negated);
}

function bound(path: string, variable: string | null): void {
  if (path !== variable)
    throw badRequest(`Only the range variable may be used inside a lambda, not '${path}'.`);
}
