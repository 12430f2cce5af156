import { randomUUID } from 'node:crypto';
import type { Telemetry } from '../ports/telemetry.ts';
import type { OpenedProfile } from './opened-profile.ts';

/**
 * The stores of one machine: files and SQLite below `folder`, kept for this process alone. Its parts are
 * imported only when asked for.
 * Throws `config.invalid` where another process has the folder, or where it cannot be used.
 */
export async function openEmbeddedProfile(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  secretsFile = '',
  telemetry?: Telemetry,
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
    const profile = await openEmbedded({ folder, environment, secretsFile, clock: systemClock, telemetry });
    return {
      profile,
      clock: systemClock,
      continuationKey: () => installationKey(folder),
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
