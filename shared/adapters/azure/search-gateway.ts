import type { TokenCredential } from '@azure/identity';
import {
  AzureKeyCredential,
  IndexDocumentsBatch,
  SearchClient,
  SearchIndexClient,
  type SearchClientOptions,
  type SearchField,
} from '@azure/search-documents';
import type { Secret } from '../../kernel/secret.ts';
import type { SearchDocument } from './search-document.ts';
import { asSearchError } from './search-error.ts';
import { indexNameOf, type FieldDefinition, type IndexDefinition } from './search-index-definition.ts';

/** Where the service is and who we are there. */
export interface SearchServiceOptions {
  /** `https://<service>.search.windows.net`; plain http only on loopback. */
  readonly endpoint: string;
  /** A managed identity; or, where local sign-in is allowed, an admin key. */
  readonly credential: TokenCredential | Secret;
  /** The alias; each schema version is `<indexName>-v<version>` behind it. */
  readonly indexName: string;
  /** A certificate to trust beside the system's, in PEM. */
  readonly trusted?: string;
  /** How long one request may take, in milliseconds; a minute where nobody says. */
  readonly patienceMs?: number;
}

/** One thing to do to a document. */
export interface IndexAction {
  readonly kind: 'upload' | 'mergeOrUpload' | 'delete';
  readonly document: SearchDocument;
}
export interface IndexOutcome {
  readonly key: string;
  readonly succeeded: boolean;
  readonly status: number;
}

export interface SearchBody {
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly select: readonly string[];
  readonly top: number;
  readonly facets: readonly string[];
}
export interface FoundFacet {
  readonly value: unknown;
  readonly count: number;
}
export interface SearchReply {
  readonly count: number;
  readonly facets: Readonly<Record<string, readonly FoundFacet[]>>;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
}

/** What we ask of AI Search, and nothing of how the SDK spells it. Failures are AppErrors. */
export interface SearchGateway {
  write(actions: readonly IndexAction[]): Promise<readonly IndexOutcome[]>;
  search(body: SearchBody): Promise<SearchReply>;
  /** Creates the index; it may be there already. */
  create(): Promise<void>;
  /** Points the alias at the index, unless it is one of another's: of a later version of ours, or of an operator. */
  turnAlias(): Promise<void>;
  /** Removes the index and the alias; either may be gone already. */
  drop(): Promise<void>;
}

export function searchGateway(options: SearchServiceOptions, definition: IndexDefinition): SearchGateway {
  const { endpoint, credential, indexName, trusted, patienceMs = 60_000 } = options;
  const name = indexNameOf(indexName, definition);
  const identity = 'getToken' in credential ? credential : new AzureKeyCredential(credential.reveal());
  const settings: SearchClientOptions = {
    // Whoever called us decides when to try again: a job's queue, or the caller of the API.
    retryOptions: { maxRetries: 0 },
    allowInsecureConnection: isLoopback(endpoint),
    ...(trusted === undefined ? {} : { tlsOptions: { ca: trusted } }),
  };
  const documents = new SearchClient<SearchDocument>(endpoint, name, identity, settings);
  const indexes = new SearchIndexClient(endpoint, identity, settings);
  // A service that takes a request and never answers would hold a job for as long as the host lets it run.
  const patience = (): Patience => ({ abortSignal: AbortSignal.timeout(patienceMs) });
  return {
    write: actions => translated(() => write(documents, actions, patience())),
    search: body => translated(() => search(documents, body, patience())),
    create: () =>
      translated(async () => {
        await indexes.createOrUpdateIndex({ name, ...asServiceIndex(definition) }, patience());
      }),
    turnAlias: () =>
      translated(async () => {
        const [target] = (await nullIfMissing(() => indexes.getAlias(indexName, patience())))?.indexes ?? [];
        if (target !== undefined && !isEarlier(target, indexName, definition)) return;
        await indexes.createOrUpdateAlias({ name: indexName, indexes: [name] }, patience());
      }),
    drop: () =>
      translated(async () => {
        // An index that has an alias cannot be deleted.
        await nullIfMissing(() => indexes.deleteAlias(indexName, patience()));
        await nullIfMissing(() => indexes.deleteIndex(name, patience()));
      }),
  };
}

interface Patience {
  readonly abortSignal: AbortSignal;
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw asSearchError(thrown);
  }
}

/** Null where what was asked about is not there. */
async function nullIfMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('statusCode' in thrown) || thrown.statusCode !== 404) throw thrown;
    return null;
  }
}

/** Whether an alias's index is one of an earlier version of ours. */
function isEarlier(target: string, indexName: string, { version }: IndexDefinition): boolean {
  const [, number] = target.startsWith(`${indexName}-v`) ? (/-v(\d+)$/.exec(target) ?? []) : [];
  return number !== undefined && Number(number) < version;
}

const isLoopback = (endpoint: string): boolean => {
  const { protocol, hostname } = new URL(endpoint);
  return (
    protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]')
  );
};

async function write(
  client: SearchClient<SearchDocument>,
  actions: readonly IndexAction[],
  patience: Patience,
): Promise<readonly IndexOutcome[]> {
  const batch = new IndexDocumentsBatch<SearchDocument>(
    actions.map(({ kind, document }) => ({ __actionType: kind, ...document })),
  );
  const { results } = await client.indexDocuments(batch, patience);
  return results.map(({ key, succeeded, statusCode }) => ({ key, succeeded, status: statusCode }));
}

async function search(
  client: SearchClient<SearchDocument>,
  body: SearchBody,
  patience: Patience,
): Promise<SearchReply> {
  const found = await client.search('*', {
    ...patience,
    filter: body.filter,
    ...(body.orderBy.length === 0 ? {} : { orderBy: [...body.orderBy] }),
    select: [...body.select],
    top: body.top,
    ...(body.facets.length === 0 ? {} : { facets: [...body.facets] }),
    includeTotalCount: true,
  });
  const documents: Readonly<Record<string, unknown>>[] = [];
  // The service may answer with fewer than asked for and a continuation; the iterator follows it.
  for await (const one of found.results) {
    documents.push(one.document);
    if (documents.length === body.top) break;
  }
  return { count: found.count ?? documents.length, facets: foundFacets(found.facets ?? {}), documents };
}

const foundFacets = (
  facets: Readonly<Record<string, readonly { readonly [name: string]: unknown }[]>>,
): SearchReply['facets'] =>
  Object.fromEntries(
    Object.entries(facets).map(([name, list]) => [
      name,
      list.map(one => ({ value: one['value'], count: Number(one['count']) })),
    ]),
  );

function asServiceIndex({ fields, beginnings }: IndexDefinition) {
  const { analyzer, filter, maxGram } = beginnings;
  return {
    fields: fields.map(asServiceField),
    analyzers: [
      {
        odatatype: '#Microsoft.Azure.Search.CustomAnalyzer' as const,
        name: analyzer,
        tokenizerName: 'whitespace',
        tokenFilters: [filter],
      },
    ],
    tokenFilters: [
      {
        odatatype: '#Microsoft.Azure.Search.EdgeNGramTokenFilterV2' as const,
        name: filter,
        minGram: 1,
        maxGram,
        side: 'front' as const,
      },
    ],
  };
}

// The service switches most attributes on by itself where they are not named.
const asServiceField = (field: FieldDefinition): SearchField => ({
  name: field.name,
  type: field.type,
  key: field.key ?? false,
  hidden: !(field.retrievable ?? false),
  searchable: field.searchable ?? false,
  filterable: field.filterable ?? false,
  sortable: field.sortable ?? false,
  facetable: field.facetable ?? false,
  ...(field.indexAnalyzer === undefined ? {} : { indexAnalyzerName: field.indexAnalyzer }),
  ...(field.searchAnalyzer === undefined ? {} : { searchAnalyzerName: field.searchAnalyzer }),
  ...(field.normalizer === undefined ? {} : { normalizerName: field.normalizer }),
});
