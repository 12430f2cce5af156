import { randomBytes } from 'node:crypto';
import type { CosmosGateway, Item } from './cosmos-gateway.ts';
import { damagedItem } from './stored-document.ts';

const kind = 'installation';
const id = 'installation-key';
const keyBytes = 32;
type KeyItem = Item & { readonly key: string };

/**
 * 32 random bytes that belong to this deployment: sign continuations, the same in every instance. Made on first
 * use; of two instances that start at once both then use the one that was first.
 */
export async function installationKey(cosmos: CosmosGateway): Promise<Uint8Array> {
  const items = cosmos.container('tenants');
  const found = await items.read<KeyItem>([kind], id);
  if (found !== null) return readKey(found.item);
  const item = { id, kind, key: randomBytes(keyBytes).toString('base64') };
  if ((await items.create([kind], item)) !== null) return readKey(item);
  const first = await items.read<KeyItem>([kind], id);
  if (first === null) throw damagedItem('The installation key');
  return readKey(first.item);
}

function readKey(item: KeyItem): Uint8Array {
  const key = Buffer.from(item.key, 'base64');
  if (key.length !== keyBytes) throw damagedItem('The installation key');
  return key;
}
