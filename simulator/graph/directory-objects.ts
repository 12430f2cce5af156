import { jsonReply, type Call, type Reply } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import { isGuid } from '../seeded.ts';
import type { SimTenant } from '../world/world.ts';
import { badRequest, GraphRefusal } from './graph-error.ts';

/** POST /directoryObjects/getByIds: names for ids. Ids nobody has are just absent. */
export function getByIds(call: Call, sim: SimTenant): Reply {
  const { ids, types } = readBody(call.body);
  if (ids.length > 1_000) {
    throw new GraphRefusal(badRequest('The number of ids must not exceed 1000.'));
  }
  const broken = ids.find(id => !isGuid(id));
  if (broken !== undefined) {
    throw new GraphRefusal(badRequest(`Invalid object identifier '${broken.slice(0, 100)}'.`));
  }
  const wanted = new Set(ids.map(id => id.toLowerCase()));
  const asked = (type: string): boolean => types === null || types.includes(type);
  const users = asked('user') ? sim.users.filter(({ id }) => wanted.has(id)) : [];
  const objects = (sim.objects ?? []).filter(({ id, kind }) => asked(kind) && wanted.has(id));
  return jsonReply(200, {
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#directoryObjects',
    value: [
      ...users.map(({ id, name, address }) => ({
        '@odata.type': '#microsoft.graph.user',
        id,
        displayName: name,
        mail: address,
        userPrincipalName: address,
        userType: 'Member',
      })),
      ...objects.map(({ id, kind, name }) => ({
        '@odata.type': `#microsoft.graph.${kind}`,
        id,
        displayName: name,
      })),
    ],
  });
}

function readBody(body: string): { ids: readonly string[]; types: readonly string[] | null } {
  const unreadable = new GraphRefusal(badRequest('Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.')); // prettier-ignore
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw unreadable;
  }
  if (typeof parsed !== 'object' || parsed === null || !('ids' in parsed)) throw unreadable;
  const ids = texts(parsed.ids);
  const types = 'types' in parsed ? texts(parsed.types) : null;
  if (ids === null || ('types' in parsed && types === null)) throw unreadable;
  return { ids, types };
}

function texts(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const all: unknown[] = value;
  return all.every(item => typeof item === 'string') ? all : null;
}

/** GET /organization: the tenant itself, with its domains. */
export function organization({ tenant }: Caller): Reply {
  return jsonReply(200, {
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#organization',
    value: [
      {
        id: tenant.id,
        displayName: tenant.name,
        verifiedDomains: tenant.domains.map((name, index) => ({
          capabilities: 'Email, OfficeCommunicationsOnline',
          isDefault: index === 0,
          isInitial: index === 0,
          name,
          type: 'Managed',
        })),
      },
    ],
  });
}
