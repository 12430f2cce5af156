import functions from '@azure/functions';
import type { InvocationContext, Timer } from '@azure/functions';
import { QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import type { Handlers } from '../../shared/host/azure/handlers.ts';
import { developmentAccount } from '../fakes/azurite.ts';

const { InvocationContext: Context } = functions;

/** Takes what a function logs. */
export type LogLine = (...text: readonly unknown[]) => void;

/** One call of a function, as the host makes it. */
export const invocation = (
  functionName: string,
  triggerMetadata: Record<string, unknown> = {},
  log: LogLine = () => undefined,
): InvocationContext =>
  new Context({ functionName, triggerMetadata, logHandler: (_level, ...text) => log(...text) });

export const tick: Timer = {
  isPastDue: false,
  schedule: { adjustForDST: true },
  scheduleStatus: { last: '', next: '', lastUpdated: '' },
};

export interface Delivery {
  readonly ok: boolean;
  /** What the function put out to the bell's queue. */
  readonly rang: boolean;
}

/**
 * Takes one message as the Functions host does: decodes it, calls the function with the message's facts, removes it when
 * the function returns, and shows it again at once when it throws. Null: nothing is visible.
 */
export async function deliver(
  queueUrl: string,
  handler: Handlers['jobs'],
  bell: Parameters<InvocationContext['extraOutputs']['get']>[0],
  log?: LogLine,
): Promise<Delivery | null> {
  const { account, key } = developmentAccount;
  const client = new QueueClient(queueUrl, new StorageSharedKeyCredential(account, key));
  const [message] = (await client.receiveMessages({ visibilityTimeout: 600 })).receivedMessageItems;
  if (message === undefined) return null;
  const { messageId: id, popReceipt, dequeueCount, messageText } = message;
  const context = invocation('jobs', { id, popReceipt, dequeueCount }, log);
  // The worker hands over what looks like JSON as an object.
  const body = JSON.parse(Buffer.from(messageText, 'base64').toString()) as unknown;
  try {
    await handler(body, context);
    await client.deleteMessage(id, popReceipt);
    return { ok: true, rang: context.extraOutputs.get(bell) !== undefined };
  } catch {
    await client.updateMessage(id, popReceipt, messageText, 0);
    return { ok: false, rang: false };
  }
}
