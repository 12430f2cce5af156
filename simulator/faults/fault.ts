import type { Page, Reply } from '../exchange.ts';
import type { RouteName } from '../routes.ts';
import type { Site } from '../site.ts';

/** How a faulty answer goes over the wire. */
export type Manner =
  'cut-length' | 'cut-chunked' | 'reset' | 'reset-mid-body' | 'hang' | 'hang-mid-body' | 'slow-first-byte';

/** Numbers a fault can be given, by name; what each means stands in the fault's sentence. */
export type FaultOptions = Readonly<Record<string, number>>;

/** What a fault knows about the request it is done to. */
export interface FaultedCall {
  readonly site: Site;
  readonly route: string;
  readonly tenant: string | null;
  /** Whether the request goes on from an earlier page. */
  readonly continued: boolean;
  readonly options: FaultOptions;
  /** In [0, 1), repeatable with the seed. */
  random(): number;
}

/**
 * One way to misbehave. `null` from an effect means that this answer offers nothing to spoil (a page without
 * records has none to repeat); the fault then waits for the next request and is not used up.
 */
export interface Fault {
  readonly name: string;
  /** What happens, in a sentence for whoever reads a test or the front page. */
  readonly says: string;
  /** The routes it can be done to. */
  readonly routes: readonly RouteName[];
  readonly effect: Effect;
}

export type Effect =
  /** Answered without asking the provider. */
  | { readonly stage: 'instead'; reply(at: FaultedCall): Reply | null }
  /** The provider's idea of now is off by so many ms. */
  | { readonly stage: 'clock'; skewMs(at: FaultedCall): number }
  /** The page is changed before it is written. */
  | { readonly stage: 'page'; alter(page: Page, at: FaultedCall): Page | null }
  /** The finished answer is changed. */
  | { readonly stage: 'reply'; alter(reply: Reply, at: FaultedCall): Reply | null }
  /** The answer is right and does not arrive right. */
  | { readonly stage: 'wire'; readonly manner: Manner };
