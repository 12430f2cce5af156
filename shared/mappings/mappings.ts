import { remembered } from '../kernel/remembered.ts';
import { canonicalJson, sha256 } from '../kernel/hash.ts';
import { categories, type Category, type NormalizedEvent } from '../model/event.ts';
import type { Source } from '../sources/_kit/source.ts';
import { ending, shortened } from '../sources/_kit/summary.ts';
import type { Template } from './template.ts';

/** What a mapping file says of one operation of one source. */
export interface Rule {
  readonly category: Category | null;
  readonly summary: Template | null;
  /** For events that failed; where it is missing, `summary` with ", failed: …" behind it. */
  readonly failed: Template | null;
}

/** Of one source: its rules by operation, `*` for all others, and a digest of them. */
export interface SourceRules {
  readonly digest: string;
  find(operation: string): Rule | null;
}

/** A mapping file, read and compiled. */
export interface Mappings {
  readonly labels: Readonly<Record<Category, string>>;
  /** Null where the file says nothing of the source. */
  rulesOf(source: string): SourceRules | null;
}

/** Raised when the same file would make other sentences, so that events made before count as stale. */
const renderVersion = 1;
const mostKnown = 10_000;

/** `Add member to role.` and `add member to role` are one operation: providers are not of one mind about it. */
export const operationKey = (operation: string): string => operation.toLowerCase().replace(/\.$/, '');
export const anyOperation = '*';

/** The rules of one source, by operationKey. `text` is what they were read from. */
export function sourceRules(rules: ReadonlyMap<string, Rule>, text: unknown): SourceRules {
  return {
    digest: sha256(canonicalJson([renderVersion, text])).slice(0, 16),
    find: remembered(
      mostKnown,
      operation => rules.get(operationKey(operation)) ?? rules.get(anyOperation) ?? null,
    ),
  };
}

/** A category in plain words, for files that give it no label: `data-protection` is "Data protection". */
const plainLabel = (category: Category): string =>
  `${category.slice(0, 1).toUpperCase()}${category.slice(1).replaceAll('-', ' ')}`;

export function labelsWith(given: ReadonlyMap<Category, string>): Record<Category, string> {
  const entries = categories.map(
    category => [category, given.get(category) ?? plainLabel(category)] as const,
  );
  return Object.fromEntries(entries) as Record<Category, string>;
}

/** No rules, and the categories' plain names. */
export const noMappings: Mappings = { labels: labelsWith(new Map()), rulesOf: () => null };

/** The sentence a rule makes for an event; null where it has none and the source's own stays. */
export function sentenceOf(rule: Rule, event: NormalizedEvent): string | null {
  if (event.outcome === 'failure' && rule.failed !== null) return shortened(rule.failed.render(event));
  if (rule.summary === null) return null;
  return shortened(rule.summary.render(event) + ending(event.outcome, event.reason));
}

/**
 * An event as its source's rules have it, with their digest. Time, operation, people, things and outcome are the
 * provider's, and stay.
 */
export function mappedEvent(rules: SourceRules, event: NormalizedEvent): NormalizedEvent {
  const rule = rules.find(event.operation);
  return {
    ...event,
    category: rule?.category ?? event.category,
    summary: (rule === null ? null : sentenceOf(rule, event)) ?? event.summary,
    mappingDigest: rules.digest,
  };
}

/** The sentence of an event whose names came later: as its rules say it, if it was their sentence. Null if it was not. */
export function renamed(
  rules: SourceRules | null,
  before: NormalizedEvent,
  after: NormalizedEvent,
): string | null {
  if (rules === null || rules.digest !== before.mappingDigest) return null;
  const rule = rules.find(before.operation);
  return rule === null || sentenceOf(rule, before) !== before.summary ? null : sentenceOf(rule, after);
}

/**
 * The source with the file's word on its events: `normalize` and everything built on it (pulls, renormalizing,
 * the command line) makes them so, and they carry the rules' digest. A source the file says nothing of is itself.
 */
export function withMappings<Cfg, Rec>(source: Source<Cfg, Rec>, mappings: Mappings): Source<Cfg, Rec> {
  const rules = mappings.rulesOf(source.id);
  if (rules === null) return source;
  return {
    ...source,
    mappingDigest: rules.digest,
    normalize(record, about) {
      const made = source.normalize(record, about);
      return 'skip' in made ? made : mappedEvent(rules, made);
    },
  };
}
