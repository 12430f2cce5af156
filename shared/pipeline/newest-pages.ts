import { minus, plus, seconds, type Duration, type Instant } from '../kernel/time.ts';
import type { Page, PullContext, Source } from '../sources/_kit/source.ts';

/** The newest a source can be asked for, where it is only about being answered: nobody collects these pages. */
export function newestPages({ pull }: Source, ctx: PullContext<unknown>): AsyncIterable<Page> {
  if (pull.kind !== 'window') return pull.pages(ctx, null);
  const { lag, step, grain } = pull.policy;
  const cut = (at: Instant): Instant => (Math.floor(at / grain) * grain) as Instant;
  const to = cut(minus(ctx.asOf, lag));
  const width = Math.max(Math.min(step, seconds(300)), grain) as Duration;
  return pull.pages(ctx, { from: cut(plus(to, -width as Duration)), to }, null);
}
