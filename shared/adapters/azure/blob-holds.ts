import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import type { BlobContainer } from './blob-gateway.ts';

export interface BlobHolds {
  /** False: there is nothing to hold. */
  place(name: string, hold: string): Promise<boolean>;
  release(name: string, hold: string): Promise<void>;
  names(name: string): Promise<readonly string[]>;
}

/**
 * Named holds over the service's legal hold, which is only on or off. Each name is a small blob; the object's legal
 * hold is on as long as there is one. The name comes first and goes first: whatever dies in between, an object with
 * a name on it is refused by us, and one whose hold is on by the service.
 */
export function blobHolds(options: {
  readonly objects: BlobContainer;
  readonly holds: BlobContainer;
  readonly protects: boolean;
}): BlobHolds {
  const { objects, holds, protects } = options;
  // `+` is in no key: the holds of `a` and those of `a/b` never share a prefix.
  const folder = (name: string): string => `${name}+/`;
  const place = (name: string, hold: string): string => `${folder(name)}${sha256(hold)}`;

  async function names(name: string): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { name: at, metadata } of holds.list(folder(name))) {
      const hold = Buffer.from(metadata['hold'] ?? '', 'base64url').toString();
      if (at !== place(name, hold)) throw damaged();
      found.push(hold);
    }
    return found.sort();
  }

  const isHeld = async (name: string): Promise<boolean> => (await names(name)).length > 0;

  return {
    names,
    async place(name, hold) {
      const metadata = { hold: Buffer.from(hold).toString('base64url') };
      await holds.create(place(name, hold), new Uint8Array(), {
        contentType: 'text/plain',
        metadata,
        retention: null,
      });
      const there = protects ? await objects.setLegalHold(name, true) : (await objects.facts(name)) !== null;
      if (!there) await holds.remove(place(name, hold), false);
      return there;
    },
    async release(name, hold) {
      await holds.remove(place(name, hold), false);
      // Also on again where names are left: a release that died may have taken the hold off under them. And somebody
      // may have placed or released another between the look and the deed: then what was done is done anew.
      for (let on: boolean | null = protects ? await isHeld(name) : null; on !== null;) {
        await objects.setLegalHold(name, on);
        const now = await isHeld(name);
        on = now === on ? null : now;
      }
    },
  };
}

const damaged = (): AppError =>
  new AppError(
    'archive.corrupt',
    'give-up',
    'The record of a legal hold is damaged; its object stays held. Restore the record from its soft-deleted version.',
  );
