import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { areFreed, freeBytes } from '../../shared/kernel/free-bytes.ts';
import { minutes } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { logHouse, logProvider, logSource, logPolicy, pageReply } from '../support/log-provider.ts';

it('what is whole is freed; a part of something larger, and what may share its memory, is not', () => {
  const whole = new Uint8Array(40_000);
  freeBytes(whole);
  expect([whole.length, areFreed(whole)]).toEqual([0, true]);
  const part = new Uint8Array(80_000).subarray(1);
  const small = Buffer.from('x'.repeat(20_000));
  const shared = new Uint8Array(new SharedArrayBuffer(40_000));
  for (const kept of [part, small, shared]) {
    freeBytes(kept);
    expect([kept.length > 0, areFreed(kept)]).toEqual([true, false]);
  }
});

/** A house whose provider answers the first request with one page, larger than a batch. */
async function withLargePage() {
  const house = await logHouse(logProvider());
  const at = house.clock.now() - minutes(60);
  const page = pageReply([{ id: 'e1', at, text: 'x'.repeat(100_000) }, ...padding(at)], null);
  house.provider.instead = () => page;
  return { house, page };
}
const padding = (at: number) =>
  Array.from({ length: 40 }, (_, n) => ({ id: `p${n}`, at, text: 'y'.repeat(50_000) }));

it('a page’s memory is freed when its records are stored, and its bytes are in the archive', async () => {
  const { house, page } = await withLargePage();
  const sent = Buffer.from(page.bytes);
  await house.run(1);
  expect(await house.ids()).toHaveLength(41);
  expect(areFreed(page.bytes)).toBe(true);
  const [first] = await house.events();
  const kept = await house.deps.archive.get(house.target.scope, first?.event.raw.key ?? '');
  expect(Buffer.from(kept?.bytes ?? []).equals(sent)).toBe(true);
});

it('an answer that was freed is not kept once more as one that nobody can read', async () => {
  const { house } = await withLargePage();
  const source = logSource(logPolicy);
  const { pull: way } = source;
  if (way.kind !== 'window') throw new Error('the log is pulled by windows');
  const failing = {
    ...source,
    pull: {
      ...way,
      async *pages(...asked: Parameters<typeof way.pages>) {
        for await (const page of way.pages(...asked)) yield { ...page, resume: '1' };
        throw new AppError('provider.malformed', 'retry', 'What comes behind the page cannot be read.');
      },
    },
  } as Source;
  const target = { ...house.target, source: failing };
  const budget = { pages: 9, time: minutes(60) };
  await expect(pull(house.deps, target, { trigger: 'timer', budget })).rejects.toThrow('behind the page');
  const sizes: number[] = [];
  for await (const { size } of house.deps.archive.list(target.scope, '')) sizes.push(size);
  expect(sizes).toEqual([expect.any(Number)]);
});
