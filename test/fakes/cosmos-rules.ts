import type { ContainerSpec } from '../../shared/adapters/azure/containers.ts';

/** What the service refuses and the emulator lets pass: a status and a sentence, or null. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}
const refuse = (status: number, message: string): Refusal => ({ status, message });

export const largestItem = 2_000_000;
const largestQuery = 512 * 1024;

/** An item the service would not take. `partition` is the header's values. */
export function itemRefusal(
  spec: ContainerSpec,
  item: unknown,
  partition: readonly unknown[] | null,
): Refusal | null {
  if (typeof item !== 'object' || item === null) return refuse(400, 'an item is an object');
  const id: unknown = Reflect.get(item, 'id');
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > 1_023 || /[/\\#?]/.test(id)) {
    return refuse(400, 'this is no id');
  }
  if (Buffer.byteLength(JSON.stringify(item)) > largestItem) return refuse(413, 'Request size is too large');
  const own = spec.partitionKey.map(path => Reflect.get(item, path.slice(1)) as unknown);
  if (own.some(value => typeof value !== 'string'))
    return refuse(400, 'the item lacks a partition key value');
  if (partition !== null && JSON.stringify(partition) !== JSON.stringify(own)) {
    return refuse(400, 'PartitionKey extracted from document does not match the one specified in the header');
  }
  return null;
}

/** A point operation needs every value of a hierarchical key. */
export function partitionRefusal(spec: ContainerSpec, partition: readonly unknown[] | null): Refusal | null {
  if (partition?.length === spec.partitionKey.length) return null;
  return refuse(400, 'Partition key provided either doesn’t correspond to definition in the collection');
}

export function batchRefusal(operations: unknown, bytes: number): Refusal | null {
  if (!Array.isArray(operations) || operations.length === 0) return refuse(400, 'an empty batch');
  if (operations.length > 100) return refuse(400, 'Batch request has more operations than what is supported');
  return bytes > largestItem ? refuse(413, 'Request size is too large') : null;
}

/**
 * A query the service would refuse: ORDER BY over what no index has, or over several paths without the composite
 * index for exactly them. And one that would see other partitions here: the emulator ignores the key's header.
 */
export function queryRefusal(
  spec: ContainerSpec,
  text: string,
  partition: readonly unknown[] | null,
  bytes: number,
): Refusal | null {
  // Documented of the text; of its parameters nothing is said, and here they count too.
  if (bytes > largestQuery) return refuse(400, 'the query is too long');
  if (/\b(OFFSET|GROUP\s+BY|DISTINCT)\b/i.test(text)) return refuse(400, 'no store of ours needs this');
  if (partition !== null) {
    if (partition.length > spec.partitionKey.length) return refuse(400, 'too many partition key values');
    const unsaid = spec.partitionKey
      .slice(0, partition.length)
      .filter(path => !new RegExp(`c\\.${path.slice(1)}\\s*=\\s*@`).test(text));
    if (unsaid.length > 0) return refuse(400, `the query does not say ${unsaid.join(', ')}`);
  }
  return orderRefusal(spec, text);
}

function orderRefusal(spec: ContainerSpec, text: string): Refusal | null {
  const clause = /\bORDER\s+BY\s+(.+)$/is.exec(text)?.[1];
  if (clause === undefined) return null;
  const wanted = clause.split(',').map(part => {
    const [path = '', direction = 'ASC'] = part.trim().split(/\s+/);
    const order = direction.toUpperCase() === 'DESC' ? 'descending' : 'ascending';
    return { path: path.replace(/^c\./, '/').replaceAll('.', '/'), order };
  });
  const [only] = wanted;
  if (wanted.length === 1 && only !== undefined) {
    if (spec.indexed.includes(`${only.path}/?`)) return null;
    return refuse(400, 'The order-by item is excluded from the index');
  }
  const composite = spec.composites.some(
    paths => JSON.stringify(paths.map(({ path, order }) => ({ path, order }))) === JSON.stringify(wanted),
  );
  return composite ? null : refuse(400, 'The order by query does not have a corresponding composite index');
}
