import { QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import { expect, onTestFinished, test } from 'vitest';
import type { AzureProfile } from '../../shared/adapters/azure/open-azure.ts';
import { messageQueue } from '../../shared/adapters/azure/queue-gateway.ts';
import { storageJobQueue } from '../../shared/adapters/azure/storage-job-queue.ts';
import { minutes, type Duration } from '../../shared/kernel/time.ts';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import type { Job } from '../../shared/ports/job-queue.ts';
import { mustReject } from '../contracts/contract.ts';
import { developmentAccount } from '../fakes/azurite.ts';
import { openCosmos } from '../support/azure-cosmos.ts';
import { makePlace, openPlace, type AzurePlace } from '../support/azure-place.ts';
import { sharedAzurite } from '../support/azure-storage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const job: Job = {
  kind: 'pull',
  tenant: contoso,
  source: 'entra.directory-audits' as SourceId,
  stream: 'default' as StreamId,
  trigger: 'timer',
};
const key = 'pull/contoso/audits';

interface Scene {
  readonly place: AzurePlace;
  readonly profile: AzureProfile;
  readonly clock: ManualClock;
}
async function scene(): Promise<Scene> {
  const clock = new ManualClock();
  const place = await makePlace(await tempFolder());
  const profile = openPlace(place, clock);
  onTestFinished(() => {
    place.server.fault = null;
    return profile.close();
  });
  await (await sharedAzurite()).setClock(clock.now());
  return { place, profile, clock };
}

async function pass({ clock }: Scene, span: Duration): Promise<void> {
  clock.advance(span);
  await (await sharedAzurite()).setClock(clock.now());
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly deliveries: number;
}
function client({ place }: Scene): QueueClient {
  const { account, key: secret } = developmentAccount;
  return new QueueClient(place.queueUrl, new StorageSharedKeyCredential(account, secret));
}

/** Takes the next message out of the queue, as the host hands it over and later removes it. */
async function taken(from: Scene): Promise<Message> {
  const queue = client(from);
  const [message] = (await queue.receiveMessages({ visibilityTimeout: 600 })).receivedMessageItems;
  if (message === undefined) throw new Error('no message');
  await queue.deleteMessage(message.messageId, message.popReceipt);
  const body = Buffer.from(message.messageText, 'base64').toString();
  return { id: message.messageId, body, deliveries: message.dequeueCount };
}

/** What the queue holds, hidden or not; asked of it alone, for Cosmos DB may be away. */
const waiting = async (from: Scene): Promise<number> =>
  (await client(from).getProperties()).approximateMessagesCount ?? -1;

test('a job that could not be sent is sent when it is asked for again', async () => {
  const one = await scene();
  const messages = messageQueue({ url: one.place.queueUrl, credential: developmentAccount });
  const nowhere = messageQueue({
    url: 'http://127.0.0.1:9/devstoreaccount1/jobs',
    credential: developmentAccount,
    retry: { tries: 1, delayMs: 1 },
  });
  const cosmos = openCosmos(one.place.server, one.place.database);
  onTestFinished(() => cosmos.close());
  const now = one.clock.now();
  await mustReject(
    storageJobQueue({ messages: nowhere, cosmos, clock: one.clock }).enqueue(job, { now, key }),
    'store.unavailable',
  );
  await storageJobQueue({ messages, cosmos, clock: one.clock }).enqueue(job, { now, key });
  expect(await waiting(one)).toBe(1);
});

test('a job the host gave up on leaves its key, though what lies in the poison queue is another message', async () => {
  const one = await scene();
  const { queue, hosted } = one.profile;
  const now = one.clock.now();
  await queue.enqueue(job, { now, key });
  const message = await taken(one);
  // Five times adopted, and never settled.
  for (let deliveries = 1; deliveries <= 5; deliveries += 1)
    await hosted.adopt({ ...message, deliveries }, now, minutes(15));
  await hosted.bury({ id: 'the-copy-in-the-poison-queue', body: message.body, deliveries: 1 }, 'poison');
  await pass(one, minutes(20));
  await queue.enqueue(job, { now: one.clock.now(), key });
  expect(await waiting(one)).toBe(1);
});

test('an outage of Cosmos DB buries no job, however long: each waits as one message', async () => {
  const one = await scene();
  const { queue, hosted } = one.profile;
  await queue.enqueue(job, { now: one.clock.now(), key });
  let message = await taken(one);
  one.place.server.fault = () => ({ status: 503 });
  for (let turn = 0; turn < 7; turn += 1) {
    expect(await hosted.adopt(message, one.clock.now(), minutes(15))).toBeNull();
    await pass(one, minutes(3));
    message = await taken(one);
    expect(await waiting(one)).toBe(0);
  }
  one.place.server.fault = null;
  const adopted = await hosted.adopt(message, one.clock.now(), minutes(15));
  expect(adopted?.taken).toMatchObject({ job, attempt: 1 });
  // Its key is its own again: free while it is worked on, and gone with it.
  await adopted?.queue.ack(message.id);
  await queue.enqueue(job, { now: one.clock.now(), key });
  expect(await waiting(one)).toBe(1);
});

test('a job delayed while Cosmos DB is away is one job afterwards', async () => {
  const one = await scene();
  const { queue, hosted } = one.profile;
  await queue.enqueue(job, { now: one.clock.now(), key });
  const message = await taken(one);
  const adopted = await hosted.adopt(message, one.clock.now(), minutes(15));
  one.place.server.fault = () => ({ status: 503 });
  await adopted?.queue.delay(message.id, one.clock.now());
  expect(adopted?.settled()).toBe(true);
  one.place.server.fault = null;
  const copy = await taken(one);
  const again = await hosted.adopt(copy, one.clock.now(), minutes(15));
  await again?.queue.ack(copy.id);
  await queue.enqueue(job, { now: one.clock.now(), key });
  expect(await waiting(one)).toBe(1);
});

test('a job put off for half a day is a small message still, and leaves its key when it is done', async () => {
  const one = await scene();
  const { queue, hosted } = one.profile;
  await queue.enqueue(job, { now: one.clock.now(), key });
  let message = await taken(one);
  for (let turn = 0; turn < 220; turn += 1) {
    await hosted.putOff(message, one.clock.now());
    await pass(one, minutes(3));
    message = await taken(one);
  }
  expect(message.body.length).toBeLessThan(10_000);
  const adopted = await hosted.adopt(message, one.clock.now(), minutes(15));
  expect(adopted?.taken).toMatchObject({ job, attempt: 1 });
  await adopted?.queue.ack(message.id);
  await queue.enqueue(job, { now: one.clock.now(), key });
  expect(await waiting(one)).toBe(1);
});

/** What may happen to a message between two deliveries: the job comes again each time. */
const turns = {
  'was delayed': async ({ profile, clock }: Scene, message: Message) => {
    const adopted = await profile.hosted.adopt(message, clock.now(), minutes(15));
    await adopted?.queue.delay(message.id, clock.now());
  },
  'was delayed as Cosmos DB went away': async ({ profile, clock, place }: Scene, message: Message) => {
    const adopted = await profile.hosted.adopt(message, clock.now(), minutes(15));
    place.server.fault = () => ({ status: 503 });
    await adopted?.queue.delay(message.id, clock.now());
  },
  'met Cosmos DB away': async ({ profile, clock, place }: Scene, message: Message) => {
    place.server.fault = () => ({ status: 503 });
    expect(await profile.hosted.adopt(message, clock.now(), minutes(15))).toBeNull();
  },
  'was put off': ({ profile, clock }: Scene, message: Message) => profile.hosted.putOff(message, clock.now()),
};
const pairs = Object.keys(turns).flatMap(first =>
  Object.keys(turns).map(second => [first, second] as [keyof typeof turns, keyof typeof turns]),
);

test.each(pairs)('a job that %s and then %s leaves its key when it is done', async (first, second) => {
  const one = await scene();
  const { queue, hosted } = one.profile;
  await queue.enqueue(job, { now: one.clock.now(), key });
  for (const turn of [first, second, second]) {
    await turns[turn](one, await taken(one));
    one.place.server.fault = null;
    expect(await waiting(one)).toBe(1);
    await pass(one, minutes(3));
  }
  const message = await taken(one);
  const adopted = await hosted.adopt(message, one.clock.now(), minutes(15));
  await adopted?.queue.ack(message.id);
  await queue.enqueue(job, { now: one.clock.now(), key });
  expect(await waiting(one)).toBe(1);
});
