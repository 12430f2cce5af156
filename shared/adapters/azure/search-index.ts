import { setTimeout as wait } from 'node:timers/promises';
import type { SearchIndex } from '../../ports/search-index.ts';
import { answerSearch } from './search-answer.ts';
import { isIndexMissing } from './search-error.ts';
import { searchGateway, type SearchServiceOptions } from './search-gateway.ts';
import { currentDefinition } from './search-index-definition.ts';
import { beginEpoch, positionKeeper } from './search-notes.ts';
import { putEvents, removeEvents, type Pause } from './search-write.ts';

export interface AiSearchOptions extends SearchServiceOptions {
  /** How to wait between tries of documents that failed; for tests. */
  readonly pause?: Pause;
}

export interface AiSearchIndex extends SearchIndex {
  /** Creates the index and its alias where they are not there yet. Writing does so too. */
  prepare(): Promise<void>;
}

/**
 * The search index of the Azure profile, in Azure AI Search. It asks for nothing until it is used.
 *
 * The service is near real time: what was put is found a second or so later, and an answer holds what was
 * searchable when it was asked for. Up to 10,000 matches all figures are exact; beyond, the service calls its
 * total an approximation, and so do we.
 */
export function openAiSearch(options: AiSearchOptions): AiSearchIndex {
  const gateway = searchGateway(options, currentDefinition);
  const pause: Pause = options.pause ?? wait;
  const keeper = positionKeeper(gateway, pause);

  async function make(): Promise<void> {
    await gateway.create();
    await beginEpoch(gateway, pause);
    // Last: we do not go by it, and where it fails the next instance that starts does it.
    await gateway.turnAlias();
  }

  /** Does the work; on a service without the index, makes the index first. */
  async function onIndex<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (!isIndexMissing(thrown)) throw thrown;
    }
    await make();
    return work();
  }

  return {
    async prepare() {
      await onIndex(() => keeper.position());
      await gateway.turnAlias();
    },
    put: events => onIndex(() => putEvents(gateway, events, pause)),
    remove: ids => onIndex(() => removeEvents(gateway, ids, pause)),
    search: (scopes, request) => answerSearch(gateway, scopes, request),
    position: () => onIndex(() => keeper.position()),
    setPosition: position => onIndex(() => keeper.setPosition(position)),
    async clear() {
      // Deleting documents one by one would take a request per thousand, and hours.
      await gateway.drop();
      await make();
    },
  };
}
