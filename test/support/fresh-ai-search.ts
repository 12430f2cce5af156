import { openAiSearch, type AiSearchIndex } from '../../shared/adapters/azure/search-index.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import type { SearchIndex } from '../../shared/ports/search-index.ts';
import type { Fresh } from '../contracts/contract.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';

const name = 'events';
/** The index of the current schema version. */
const versioned = `${name}-v1`;

/** A handle on the fake's index. It waits for nothing: what fails is tried again at once. */
export const aiSearchOn = (fake: AiSearchFake): AiSearchIndex =>
  openAiSearch({
    endpoint: fake.endpoint,
    credential: new Secret(fake.apiKey),
    indexName: name,
    pause: async () => {},
  });

/** An AI Search of its own. */
export const freshAiSearch: Fresh<SearchIndex> = async () => {
  const fake = await startAiSearch();
  return {
    open: async () => aiSearchOn(fake),
    async damage() {
      // Of another alphabet than ours: what only this product could have written is not there any more.
      fake.index(versioned)?.spoil(values => {
        for (const [field, value] of Object.entries(values)) {
          if (typeof value === 'string' && field !== 'tenant') values[field] = `${value}~A`;
        }
      });
    },
    dispose: () => fake.close(),
  };
};
