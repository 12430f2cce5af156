import type { LedgerHead } from '../model/ledger.ts';
import type { TenantScope } from '../model/scope.ts';

/**
 * A tenant's append-only Merkle log (RFC 9162 tree over the entries' bytes).
 * - append MUST be linearizable: two appenders make one log, each entry at its own index, none lost; durable
 *   when it resolves. It answers the head that contains the entries, and the first one's index.
 * - An entry, once appended, MUST read back byte for byte for ever. There is no other write.
 * - nodes answers stored subtree hashes for proofs: `level` 0 is leaf hashes, level n covers 2^n leaves;
 *   only complete subtrees are stored. A missing one that should exist throws `ledger.corrupt`.
 */
export interface LedgerStore {
  append(scope: TenantScope, entries: readonly Uint8Array[]): Promise<{ index: number; head: LedgerHead }>;
  read(scope: TenantScope, from: number, limit: number): Promise<readonly Uint8Array[]>;
  head(scope: TenantScope): Promise<LedgerHead>;
  nodes(
    scope: TenantScope,
    wanted: readonly { level: number; index: number }[],
  ): Promise<readonly Uint8Array[]>;
}
