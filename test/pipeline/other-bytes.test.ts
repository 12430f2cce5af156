import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { hours } from '../../shared/kernel/time.ts';
import { recordHash } from '../../shared/pipeline/record-hash.ts';
import type { PullDeps } from '../../shared/pipeline/pull-types.ts';
import { logHouse, logProvider, type Entry } from '../support/log-provider.ts';

/** A house whose provider answers once with these texts of records, on one page, and then with none. */
async function sending(...records: readonly string[]) {
  const house = await logHouse(logProvider());
  const at = house.clock.now() - hours(1);
  const send = (...texts: readonly string[]): void => {
    const list = texts.map(text => text.replaceAll('AT', String(at))).join(',');
    const bytes = Buffer.from(`{"value":[${list}]}`);
    const empty = Buffer.from('{"value":[]}');
    let sent = false;
    house.provider.instead = () => {
      const answer = { status: 200, headers: {}, bytes: sent ? empty : bytes };
      sent = true;
      return answer;
    };
  };
  send(...records);
  const told = async (): Promise<string[]> =>
    (await house.events()).map(({ event }) => `${event.revision} ${event.summary}`);
  /** The next window; what was sent before is not sent again. */
  const again = async (deps?: PullDeps): Promise<string> => {
    house.clock.advance(hours(2));
    return house.run(1_000, deps);
  };
  return { ...house, at, send, told, again };
}

const plain = '{"id":"e1","at":AT,"text":"grün"}';
const otherwise = [
  '{"text":"grün","id":"e1","at":AT}',
  '{ "id" : "e1", "at" : AT, "text" : "grün" }',
  String.raw`{"id":"\u0065\u0031","at":AT,"text":"gr\u00fcn"}`,
  '{"id":"e1","at":AT.0,"text":"grün"}',
];

it.each(otherwise)('a record that says the same in other bytes is the same: %s', async text => {
  const house = await sending(plain);
  await house.run();
  house.send(text);
  expect(await house.again()).toBe('succeeded');
  expect(await house.told()).toEqual(['1 grün']);
});

it('a record that says something else is its next version, whatever its bytes', async () => {
  const house = await sending(plain);
  await house.run();
  house.send('{"text":"rot","at":AT,"id":"e1"}');
  await house.again();
  house.send(plain, '{"at":AT,"id":"e1","text":"rot"}', '{"id":"e1","at":AT,"text":"blau"}');
  await house.again();
  const versions = ['1 grün', '2 rot', '3 blau'];
  expect(await house.told()).toEqual(versions);
  // A late copy of what it said before is none.
  house.send('{"at":AT,"text":"rot","id":"e1"}', otherwise[0] ?? '');
  expect(await house.again()).toBe('succeeded');
  expect(await house.told()).toEqual(versions);
});

it('versions of one record on one page are compared with each other', async () => {
  const red = '{"id":"e1","at":AT,"text":"rot"}';
  const other = '{"at":AT,"id":"e1","text":"rot"}';
  const house = await sending(plain, ...otherwise, red, other, plain, ...otherwise.slice(1));
  expect(await house.run()).toBe('succeeded');
  expect(await house.told()).toEqual(['1 grün', '2 rot']);
});

it('versions that come in other bytes are compared with a history that is read once', async () => {
  const texts = Array.from({ length: 250 }, (_, n) => `version ${n}`);
  const house = await sending(...texts.map(text => `{"id":"e1","at":AT,"text":"${text}"}`));
  await house.run();
  house.send(...texts.map(text => `{"text":"${text}","id":"e1","at":AT}`));
  const { events } = house.deps;
  let read = 0;
  const counted: PullDeps = {
    ...house.deps,
    events: {
      ...events,
      history: async (...asked) => {
        const page = await events.history(...asked);
        read += page.revisions.length;
        return page;
      },
    },
  };
  expect(await house.again(counted)).toBe('succeeded');
  expect(await house.told()).toHaveLength(texts.length);
  expect(read).toBe(texts.length);
});

it('what was stored under the hash of its values is known by it, in each of its versions', async () => {
  const versions = ['grün', 'rot'].map(text => `{"id":"e1","at":AT,"text":"${text}"}`);
  const house = await sending(...versions);
  const { events } = house.deps;
  const before: PullDeps = {
    ...house.deps,
    events: {
      ...events,
      insert: (scope, given, at) => {
        const valued = Array.from(given, event => {
          const entry: Entry = { id: 'e1', at: house.at, text: event.summary };
          return { ...event, recordHash: recordHash(entry) };
        });
        return events.insert(scope, valued, at);
      },
    },
  };
  await house.run(10, before);
  house.send(...versions);
  expect(await house.again()).toBe('succeeded');
  expect(await house.told()).toEqual(['1 grün', '2 rot']);
});

it('where the bytes stored before cannot be read, what comes in others is kept', async () => {
  for (const found of [null, Buffer.from('{'), new AppError('archive.corrupt', 'give-up', 'Damaged.')]) {
    const house = await sending(plain);
    await house.run();
    const [first] = await house.events();
    const { archive } = house.deps;
    const without: PullDeps = {
      ...house.deps,
      archive: {
        ...archive,
        get: async (scope, key) => {
          const object = await archive.get(scope, key);
          if (key !== first?.event.raw.key || object === null) return object;
          if (found instanceof AppError) throw found;
          return found === null ? null : { ...object, bytes: found };
        },
      },
    };
    house.send(otherwise[0] ?? '');
    expect(await house.again(without)).toBe('succeeded');
    expect(await house.told()).toEqual(['1 grün', '2 grün']);
  }
});

it('an archive that does not answer costs a try, and no version', async () => {
  const house = await sending(plain);
  await house.run();
  house.send(otherwise[0] ?? '', '{"id":"e2","at":AT}');
  const down = new AppError('store.unavailable', 'retry', 'Not now.');
  const failing = { ...house.deps, archive: { ...house.deps.archive, get: () => Promise.reject(down) } };
  expect(await house.again(failing)).toBe('store.unavailable');
  await house.again();
  expect(await house.told()).toEqual(['1 grün', '1 e2']);
});
