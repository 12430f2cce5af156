import { minus, minutes } from '../../kernel/time.ts';
import type { StreamId } from '../../model/ids.ts';
import type { PullContext } from '../_kit/source.ts';
import { activityFeed } from './activity-feed.ts';
import type { FeedConfig } from './config.ts';

/**
 * Lists some minutes of one content type. Only a running subscription can be listed, and only a start or a listing
 * says that auditing is off: so one that is not running is started, as the first pull would.
 */
export async function probeFeed(ctx: PullContext<FeedConfig>, contentType: string): Promise<void> {
  const feed = activityFeed({ ...ctx, stream: contentType as StreamId });
  await feed.ensureStarted();
  await feed.listContent({ from: minus(ctx.asOf, minutes(10)), to: minus(ctx.asOf, minutes(5)) }, null);
}
