import { sha256 } from '../../kernel/hash.ts';

const plain = /^[A-Za-z0-9._:|-]{1,200}$/;

/**
 * A name as the id of an item. Ids take neither slashes nor questions nor endless length; what has any of them
 * becomes its hash, under a mark that no plain name can have.
 */
export const itemId = (name: string): string => (plain.test(name) ? name : `~${sha256(name)}`);
