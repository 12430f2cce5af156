import { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { wordTable } from '../kernel/word-table.ts';
import type { EntityKind } from '../model/event.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { KnownName } from '../ports/name-store.ts';

/** Graph refuses more ids in one request. */
export const idsAtOnce = 1_000;
/** What can do something or have something done to it. */
const types = ['user', 'group', 'servicePrincipal', 'device'];

const text = z.string().nullish().catch(null);
const answerSchema = z.looseObject({
  value: z.array(
    z.looseObject({
      '@odata.type': text,
      id: z.string(),
      displayName: text,
      userPrincipalName: text,
      mail: text,
      userType: text,
    }),
  ),
});
type DirectoryObject = z.infer<typeof answerSchema>['value'][number];

/**
 * What a tenant's directory says of up to a thousand ids: every one is answered, those nobody has as having no name.
 * Needs Directory.Read.All. Rejects as the client does, and with `provider.malformed` for an answer of another form.
 */
export async function directoryNames(
  http: HttpClient,
  ids: readonly string[],
  now: Instant,
): Promise<readonly KnownName[]> {
  const reply = await http.send({
    api: 'graph',
    origin: 'configured',
    method: 'POST',
    path: '/v1.0/directoryObjects/getByIds',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ids, types }),
  });
  const found = new Map(readAnswer(reply.bytes).map(object => [object.id.toLowerCase(), object]));
  return ids.map(id => known(id, found.get(id.toLowerCase()), now));
}

function readAnswer(bytes: Uint8Array): readonly DirectoryObject[] {
  try {
    return answerSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).value;
  } catch (cause) {
    throw new AppError(
      'provider.malformed',
      'retry-later',
      'Graph’s answer with names cannot be read. The ids are asked for again later.',
      { cause },
    );
  }
}

function known(id: string, object: DirectoryObject | undefined, at: Instant): KnownName {
  // An object the application may not read comes with its id alone.
  const name = filled(object?.displayName) ?? filled(object?.userPrincipalName);
  if (object === undefined || name === null) return { id, kind: 'other', name: null, address: null, at };
  return {
    id,
    kind: kindOf(object),
    name,
    address: filled(object.userPrincipalName) ?? filled(object.mail),
    at,
  };
}

function kindOf(object: DirectoryObject): EntityKind {
  const type = object['@odata.type'] ?? '';
  if (type === '#microsoft.graph.user') {
    const guest = object.userType === 'Guest' || object.userPrincipalName?.includes('#EXT#') === true;
    return guest ? 'guest' : 'user';
  }
  return kinds[type] ?? 'other';
}

const kinds = wordTable<EntityKind>({
  '#microsoft.graph.group': 'group',
  '#microsoft.graph.servicePrincipal': 'application',
  '#microsoft.graph.application': 'application',
  '#microsoft.graph.device': 'device',
  '#microsoft.graph.directoryRole': 'role',
});

const filled = (value: string | null | undefined): string | null =>
  value === undefined || value === null || value === '' ? null : value;
