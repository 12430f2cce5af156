import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Profile } from '../ports/profile.ts';

export interface OpenedProfile {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly continuationKey: Uint8Array;
  /** This process in a lease. */
  readonly worker: string;
  /** Whether a lease's owner was an earlier process on these stores. */
  readonly isGone: (owner: string) => boolean;
  close(): Promise<void>;
}

/**
 * The stores of one machine: files and SQLite below `folder`, kept for this process alone. Imported only when
 * asked for, so that the Azure profile never loads SQLite.
 * Throws `config.invalid` where another process has the folder, or where it cannot be used.
 */
export async function openEmbeddedProfile(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenedProfile> {
  const [{ openEmbedded }, { lockData }, { installationKey }, { systemClock }] = await Promise.all([
    import('../adapters/embedded/open-embedded.ts'),
    import('../adapters/embedded/data-lock.ts'),
    import('../adapters/embedded/installation-key.ts'),
    import('../adapters/embedded/system-clock.ts'),
  ]);
  const lock = lockData(folder);
  const worker = `embedded-${randomUUID()}`;
  try {
    const profile = await openEmbedded({ folder, environment, clock: systemClock });
    return {
      profile,
      clock: systemClock,
      continuationKey: await installationKey(folder),
      worker,
      // The lock makes this process the only one: a lease of an earlier life is ours to take up at once.
      isGone: owner => !owner.startsWith(worker),
      close: async () => {
        await profile.close();
        lock.release();
      },
    };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}
