import { z } from 'zod';
import { minutes } from '../../kernel/time.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphCollections, type GraphList } from '../_kit/graph-collections.ts';
import { keyOf } from '../_kit/keyed-record.ts';
import { firstWord } from '../_kit/reading.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { isNoChange, normalizeRoleRecord } from './normalize.ts';
import { keys, roleRecordSchema, type RoleRecord } from './schema.ts';

const config = z.strictObject({
  /** Without Entra ID P2 or Governance the lists of Privileged Identity Management answer with a refusal. */
  pim: z.boolean().default(true),
});

const permission = 'RoleManagement.Read.Directory';
const root = '/v1.0/roleManagement/directory';

// Graph takes one expansion for plain assignments: the roles' names come from the list of roles, read with them. Each
// stream is a snapshot of its own, so that a tenant without PIM still has its plain assignments.
const lists: Readonly<Record<string, readonly GraphList[]>> = {
  active: [
    { path: `${root}/roleDefinitions`, query: {} },
    { path: `${root}/roleAssignments`, query: { $expand: 'principal' } },
  ],
  scheduled: [
    { path: `${root}/roleAssignmentScheduleInstances`, query: { $expand: 'principal,roleDefinition' } },
  ],
  eligible: [
    { path: `${root}/roleEligibilityScheduleInstances`, query: { $expand: 'principal,roleDefinition' } },
  ],
};

const first = (http: HttpClient, stream: string): Promise<void> =>
  firstPage(graphCollections(http, lists[stream] ?? [], null));

const keyOfRole = (record: RoleRecord): string => keyOf(record, keys) ?? '';

export const entraRoleAssignments: Source<z.infer<typeof config>, RoleRecord> = {
  id: 'entra.role-assignments',
  title: 'Entra role assignments',
  about:
    'Who has which role in the directory: assignments as they are, as Privileged Identity Management schedules them, and ' +
    'what can be activated; and the roles themselves. Read every hour; what differs becomes an event. A role that is ' +
    'activated and ended between two readings is not seen here: Entra directory audits has it. For a tenant without ' +
    'Privileged Identity Management (Entra ID P2 or Governance), set `pim` to false in the connection.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: permission,
      how: 'In the Entra admin center, open the app registration, add the application permission RoleManagement.Read.Directory of Microsoft Graph, and grant admin consent.',
    },
  ],
  probes: [
    { shows: [permission], ask: ({ http }) => first(http, 'active') },
    // The same permission, and besides the product behind it, which many tenants do not have.
    { shows: [permission], when: ({ pim }) => pim, ask: ({ http }) => first(http, 'eligible') },
  ],
  config,
  streams: ({ pim }) => (pim ? ['active', 'scheduled', 'eligible'] : ['active']),
  every: minutes(60),
  pull: {
    kind: 'snapshot',
    pages: ({ http, stream }, resume) => graphCollections(http, lists[stream] ?? [], resume),
    key: keyOfRole,
    ignores: isNoChange,
    names: record => {
      const [id, name] = [firstWord(record.id), firstWord(record.displayName)];
      return id === null || name === null ? null : [id, name];
    },
  },
  record: roleRecordSchema,
  mapping: 7,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => [keyOfRole(record)],
  identifiedBy:
    'The assignment’s id (`id`); where it is missing, `principalId`, `roleDefinitionId` and `directoryScopeId` together.',
  normalize: normalizeRoleRecord,
};
