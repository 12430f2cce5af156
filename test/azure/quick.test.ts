import { describe, test } from 'vitest';
import { cosmosCursorStore } from '../../shared/adapters/azure/cosmos-cursor-store.ts';
import { cosmosLedgerStore } from '../../shared/adapters/azure/cosmos-ledger-store.ts';
import { cursorStoreContract } from '../contracts/cursor-store.contract.ts';
import { ledgerStoreContract } from '../contracts/ledger-store.contract.ts';
import { freshCosmos } from '../support/azure-cosmos.ts';
describe('cursor', () => {
  test.each(cursorStoreContract()(freshCosmos(['cursors', 'read-names'], cosmosCursorStore)))('$name', one =>
    one.run(),
  );
});
describe('ledger', () => {
  test.each(ledgerStoreContract(1)(freshCosmos(['ledger'], cosmosLedgerStore)))('$name', one => one.run());
});
