import type { Entity } from '../../model/event.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';
import { documentName, isSite, lastSegment } from './paths.ts';

/** The documents an assistant was asked in, or read for its answer, and the policies that kept some of them from it. */
export function addAssistantSources(found: Entity[], data: Fields | null): void {
  if (data === null) return;
  for (const source of [...list(data['AccessedResources']), ...list(data['Contexts'])]) {
    addEntity(found, sourceOf(fields(source)));
  }
  // Asked without a document: what was acted on is the conversation.
  if (found.length === 0)
    addEntity(found, entity('other', { id: word(data['ThreadId']), name: word(data['AppHost']) }));
  for (const policy of keptBack(data).flatMap(policiesOf)) {
    addEntity(found, entity('policy', { id: word(policy['PolicyId']), name: word(policy['PolicyName']) }));
  }
}

/** `SiteUrl` is the document's own URL mostly, and for some the site's it lies in. */
function sourceOf(known: Fields | null): Entity | null {
  const url = bareUrl(word(known?.['SiteUrl']));
  const site = url !== null && isSite(url) ? url : null;
  const id = (site === null ? url : null) ?? bareUrl(firstWord(known?.['Id'], known?.['ID']));
  const name = word(known?.['Name']);
  if (id === null && name === null) return entity('site', { id: site, name: lastSegment(site) });
  const kind = /^(teams|web|citation)/i.test(word(known?.['Type']) ?? '') ? 'other' : 'file';
  return entity(kind, { id, name: name ?? (kind === 'file' ? documentName(id) : null) });
}

const bareUrl = (text: string | null): string | null =>
  text?.startsWith('<') === true && text.endsWith('>') ? text.slice(1, -1) : text;

/** Why an assistant did not get all it wanted to read: what a policy did, or the word for it; null where it got all. */
export function withheld(data: Fields | null): string | null {
  const refused = data === null ? [] : keptBack(data);
  const actions = refused
    .flatMap(policiesOf)
    .flatMap(policy => list(policy['Rules']))
    .flatMap(rule => list(fields(rule)?.['Actions']));
  const block = actions.map(word).find(action => action !== null && /^block/i.test(action));
  return block ?? word(refused[0]?.['Status']);
}

const keptBack = (data: Fields): Fields[] =>
  list(data['AccessedResources'])
    .map(fields)
    .filter(known => known !== null)
    .filter(known => /^fail/i.test(word(known['Status']) ?? ''));

const policiesOf = (resource: Fields): Fields[] =>
  list(unpacked(resource['PolicyDetails']))
    .map(fields)
    .filter(policy => policy !== null);
