import { AppError } from '../../kernel/errors.ts';
import { containers, type ContainerName } from './containers.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';

/** Throws where the container is missing, or is not as the list of containers says. */
export async function checkContainer(cosmos: CosmosGateway, name: ContainerName): Promise<void> {
  const spec = containers.find(one => one.name === name);
  if (spec === undefined) return;
  const found = await cosmos.container(name).definition();
  const wrong = (what: string): AppError =>
    new AppError(
      'config.invalid',
      'give-up',
      `The Cosmos DB container ${name} has ${what} than this version needs. Deploy the infrastructure of this version.`,
      { target: 'HOLDFAST_COSMOS_DATABASE' },
    );
  if (found.partitionKey.join() !== spec.partitionKey.join()) throw wrong('another partition key');
  if (spec.indexed.some(path => !found.indexed.includes(path) && !found.indexed.includes('/*'))) {
    throw wrong('a smaller index');
  }
  const known = new Set(
    found.composites.map(paths => JSON.stringify(paths.map(one => [one.path, one.order]))),
  );
  if (spec.composites.some(paths => !known.has(JSON.stringify(paths.map(one => [one.path, one.order]))))) {
    throw wrong('fewer composite indexes');
  }
}

/**
 * The feed of events, and telling a repeat from a new record, need reads that see every earlier write. Under
 * session consistency a lagging replica would make a known record look new.
 */
export async function checkConsistency(cosmos: CosmosGateway): Promise<void> {
  const found = await cosmos.consistency();
  if (found === null || found === 'Strong') return;
  throw new AppError(
    'config.invalid',
    'give-up',
    `The Cosmos DB account's default consistency is ${found}. Set it to Strong: with anything less records could be stored twice.`,
    { target: 'HOLDFAST_COSMOS_URL' },
  );
}
