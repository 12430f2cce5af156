import type { TokenCredential } from '@azure/identity';
import { QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import { serviceStatus } from './service-status.ts';
import { asStorageError } from './storage-error.ts';

/** One take of a message: the receipt is good until somebody else takes it. */
export interface MessageTake {
  readonly messageId: string;
  readonly popReceipt: string;
}
export interface TakenMessage extends MessageTake {
  readonly text: string;
  /** 1 the first time. */
  readonly deliveries: number;
}

/** What the job queue knows of Queue Storage. An outdated receipt is answered; other failures throw an AppError. */
export interface MessageQueue {
  /** Answers the message's id. */
  send(text: string, hiddenSeconds: number): Promise<string>;
  receive(hiddenSeconds: number): Promise<TakenMessage | null>;
  /** Null: the receipt is outdated, or the message is gone. */
  hide(take: MessageTake, text: string, seconds: number): Promise<MessageTake | null>;
  /** False: as with hide. */
  remove(take: MessageTake): Promise<boolean>;
  /** Messages in the queue, hidden ones too. */
  count(): Promise<number>;
}

export interface MessageQueueOptions {
  /** `https://<account>.queue.core.windows.net/<queue>`. */
  readonly url: string;
  readonly credential: TokenCredential | { readonly account: string; readonly key: string };
  readonly retry?: { readonly tries: number; readonly delayMs: number };
}

/** The longest a message can be hidden (service limit). */
export const longestHidden = 7 * 86_400;
const what = 'Queue Storage';

/** The only file that talks to Queue Storage’s SDK. */
export function messageQueue(options: MessageQueueOptions): MessageQueue {
  const { credential, retry = { tries: 4, delayMs: 1_000 } } = options;
  const client = new QueueClient(
    options.url,
    'key' in credential ? new StorageSharedKeyCredential(credential.account, credential.key) : credential,
    { retryOptions: { maxTries: retry.tries, retryDelayInMs: retry.delayMs, maxRetryDelayInMs: 20_000 } },
  );
  return {
    async send(text, hiddenSeconds) {
      const lifetime = { messageTimeToLive: -1, visibilityTimeout: hiddenSeconds };
      return (await guarded(() => client.sendMessage(text, lifetime))).messageId;
    },
    async receive(hiddenSeconds) {
      const wanted = { numberOfMessages: 1, visibilityTimeout: hiddenSeconds };
      const [message] = (await guarded(() => client.receiveMessages(wanted))).receivedMessageItems;
      if (message === undefined) return null;
      const { messageId, popReceipt, messageText, dequeueCount } = message;
      return { messageId, popReceipt, text: messageText, deliveries: dequeueCount };
    },
    async hide({ messageId, popReceipt }, text, seconds) {
      const done = await outdatedAsNull(() => client.updateMessage(messageId, popReceipt, text, seconds));
      return done === null ? null : { messageId, popReceipt: done.popReceipt ?? popReceipt };
    },
    async remove({ messageId, popReceipt }) {
      return (await outdatedAsNull(() => client.deleteMessage(messageId, popReceipt))) !== null;
    },
    async count() {
      return (await guarded(() => client.getProperties())).approximateMessagesCount ?? 0;
    },
  };
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw asStorageError(thrown, what);
  }
}

async function outdatedAsNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (thrown) {
    const { code } = serviceStatus(thrown);
    if (code === 'MessageNotFound' || code === 'PopReceiptMismatch') return null;
    throw asStorageError(thrown, what);
  }
}
