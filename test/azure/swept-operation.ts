import type { ContainerName } from '../../shared/adapters/azure/containers.ts';
import type { CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';

/** One operation of one store: what is there before it, the operation, and what anybody sees afterwards. */
export interface SweptOperation {
  readonly name: string;
  readonly containers: readonly ContainerName[];
  /** A process's worth of the store. */
  readonly open: (gateway: CosmosGateway) => Steps;
}
interface Steps {
  readonly before: () => Promise<unknown>;
  /** Repeatable, as its callers repeat it. */
  readonly act: () => Promise<unknown>;
  readonly left: () => Promise<unknown>;
}

/** The operations of one store. */
export const swept = <Store>(
  containers: readonly ContainerName[],
  open: (gateway: CosmosGateway) => Store,
  left: (store: Store) => Promise<unknown>,
  operations: Readonly<
    Record<
      string,
      readonly [before: (store: Store) => Promise<unknown>, act: (store: Store) => Promise<unknown>]
    >
  >,
): readonly SweptOperation[] =>
  Object.entries(operations).map(([name, [before, act]]) => ({
    name,
    containers,
    open: gateway => {
      const store = open(gateway);
      return { before: () => before(store), act: () => act(store), left: () => left(store) };
    },
  }));

export const nothing = (): Promise<unknown> => Promise.resolve();
