import { randomUUID } from 'node:crypto';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { minutes } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BlobContainer } from './blob-gateway.ts';

export interface BlobHolds {
  /** False: there is nothing to hold. Throws `conflict` while the object is being removed. */
  place(name: string, hold: string): Promise<boolean>;
  release(name: string, hold: string): Promise<void>;
  names(name: string): Promise<readonly string[]>;
  /** Does work that asks for names and then removes the object: whoever places a hold meanwhile wins, or is told. */
  whileRemoving(name: string, work: () => Promise<void>): Promise<void>;
}

/** Longer than a removal with all its repeats takes: whoever says for so long that he removes an object has died. */
const removalTakes = minutes(15);

/**
 * Named holds over the service's legal hold, which is only on or off. Each name is a small blob; the object's legal
 * hold is on as long as there is one. The name comes first and goes first: whatever dies in between, an object with
 * a name on it is refused by us, and one whose hold is on by the service.
 *
 * Who removes an object says so first and asks for names then; who places a hold writes its name first and asks then
 * whether somebody removes. So one of the two sees the other, and no object goes under a hold that was promised.
 */
export function blobHolds(options: {
  readonly objects: BlobContainer;
  readonly holds: BlobContainer;
  readonly protects: boolean;
  readonly clock: Clock;
}): BlobHolds {
  const { objects, holds, protects, clock } = options;
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

  const removals = (name: string): string => `${name}+removing/`;

  /** Whether somebody says that he removes the object. What the dead have said is taken away. */
  async function isRemoved(name: string): Promise<boolean> {
    let removed = false;
    for await (const { name: at, metadata } of holds.list(removals(name))) {
      if (clock.now() - Number(metadata['since']) < removalTakes) removed = true;
      else await holds.remove(at, false);
    }
    return removed;
  }

  const isHeld = async (name: string): Promise<boolean> => (await names(name)).length > 0;

  return {
    names,
    async place(name, hold) {
      const metadata = { hold: Buffer.from(hold).toString('base64url') };
      const isNew = await holds.create(place(name, hold), new Uint8Array(), { ...empty, metadata });
      if (await isRemoved(name)) {
        if (isNew) await holds.remove(place(name, hold), false);
        throw beingRemoved();
      }
      const there = protects ? await objects.setLegalHold(name, true) : (await objects.facts(name)) !== null;
      if (!there) await holds.remove(place(name, hold), false);
      return there;
    },
    async whileRemoving(name, work) {
      const claim = `${removals(name)}${randomUUID()}`;
      await holds.create(claim, new Uint8Array(), { ...empty, metadata: { since: String(clock.now()) } });
      try {
        await work();
      } finally {
        // Where that fails nobody believes it after a quarter of an hour.
        await holds.remove(claim, false).catch(() => undefined);
      }
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

const empty = { contentType: 'text/plain', retention: null } as const;

const beingRemoved = (): AppError =>
  new AppError(
    'conflict',
    'retry',
    'The object is just being removed, for its retention has ended, and no hold was placed. Try again in a minute.',
  );

const damaged = (): AppError =>
  new AppError(
    'archive.corrupt',
    'give-up',
    'The record of a legal hold is damaged; its object stays held. Restore the record from its soft-deleted version.',
  );
