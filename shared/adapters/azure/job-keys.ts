import { hours, plus, seconds, type Instant } from '../../kernel/time.ts';
import type { CosmosGateway, Item } from './cosmos-gateway.ts';
import { itemId } from './item-id.ts';
import { lost, tryAgain } from './try-again.ts';

/** Which message waits under a key. */
interface KeyItem extends Item {
  readonly kind: 'key';
  /** Null while it is being sent. */
  readonly message: string | null;
  /** The end of the lease while somebody works on it; null while it waits. */
  readonly leasedUntil: number | null;
  /** Beyond this nobody believes the entry any more: whoever wrote it died, or the message was lost. */
  readonly believedUntil: number;
}

const kind = 'key';
const sendingTakes = seconds(60);
/** A message that waits longer gets a twin. Doing a job twice is harmless, never again would not be. */
const waitingTakes = hours(6);

/** Sees to it that a job waits once under its key: Queue Storage itself does not know what is in it. */
export interface JobKeys {
  /** False: a job waits under this key already. True: the caller must send one, and then say `sent`. */
  claim(key: string, now: Instant): Promise<boolean>;
  sent(key: string, message: string, visibleAt: Instant): Promise<void>;
  /** `instead`: the messages this one comes after, whose place it may not have got yet. */
  taken(key: string, message: string, until: Instant, instead?: readonly string[]): Promise<void>;
  /** It waits again, until `at`. */
  putOff(key: string, message: string, at: Instant): Promise<void>;
  done(key: string, message: string): Promise<void>;
  /** Nothing waits under it any more, whatever the entry says. */
  free(key: string): Promise<void>;
  /** Another message waits in this one's place, until `at`. */
  moved(key: string, from: string, to: string, at: Instant): Promise<void>;
}

export function jobKeys(cosmos: CosmosGateway): JobKeys {
  const items = cosmos.container('jobs');

  /** Changes the entry while it is this message's, or nobody's yet; another's is left alone. */
  const change = (
    key: string,
    message: string,
    to: Partial<KeyItem> | null,
    instead: readonly string[] = [],
  ): Promise<void> =>
    tryAgain('the keys of jobs', async () => {
      const known = await items.read<KeyItem>([kind], itemId(key));
      if (known === null || ![null, message, ...instead].includes(known.item.message)) return undefined;
      const written =
        to === null
          ? await items.remove([kind], known.item.id, known.etag)
          : await items.replace([kind], { ...known.item, message, ...to }, known.etag);
      return written === null || written === false ? lost : undefined;
    });

  return {
    claim: (key, now) =>
      tryAgain('the keys of jobs', async () => {
        const id = itemId(key);
        const known = await items.read<KeyItem>([kind], id);
        const entry = { id, kind, message: null, leasedUntil: null, believedUntil: plus(now, sendingTakes) };
        if (known === null) return (await items.create([kind], entry)) === null ? lost : true;
        const { leasedUntil, believedUntil } = known.item;
        const waits = leasedUntil === null || leasedUntil <= now;
        if (waits && now < believedUntil) return false;
        return (await items.replace([kind], entry, known.etag)) === null ? lost : true;
      }),
    sent: (key, message, visibleAt) =>
      change(key, message, { leasedUntil: null, believedUntil: plus(visibleAt, waitingTakes) }),
    taken: (key, message, until, instead) =>
      change(key, message, { leasedUntil: until, believedUntil: plus(until, waitingTakes) }, instead),
    putOff: (key, message, at) =>
      change(key, message, { leasedUntil: null, believedUntil: plus(at, waitingTakes) }),
    done: (key, message) => change(key, message, null),
    async free(key) {
      await items.remove([kind], itemId(key));
    },
    moved: (key, from, to, at) =>
      change(key, from, { message: to, leasedUntil: null, believedUntil: plus(at, waitingTakes) }),
  };
}
