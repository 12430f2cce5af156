import { guidOf } from '../../simulator/seeded.ts';
import { fewMimecastRecords, smallAccount, smallMimecastDays, type SmallAccount } from './small-mimecast.ts';
import { feedsOf } from '../../simulator/world/graph-feeds.ts';
import type { GraphFeed, SimBlob, SimRecord, SimTenant, World } from '../../simulator/world/world.ts';

/** Noon of the day the small world ends at. */
export const smallWorldNow = Date.parse('2026-10-05T12:00:00.000Z');
export const contosoId = 'c0a10000-0000-4000-8000-00000000c001';
export const fabrikamId = 'fab10000-0000-4000-8000-00000000fa01';
const hour = 3_600_000;
const day = 24 * hour;

export interface SmallTenant {
  readonly audits: readonly SimRecord[];
  readonly traces: readonly SimRecord[];
  /** By content type. */
  readonly blobs: Readonly<Record<string, readonly SimBlob[]>>;
  /** Absent: the tenant has no Mimecast account. */
  readonly mimecast: SmallAccount;
  /** The tenant has the sources whose lists are here. */
  readonly graph: Readonly<Partial<Record<GraphFeed, readonly SimRecord[]>>>;
}

/** A record that is visible from its own time on, or later. */
export const record = (time: number, value: object, visibleAt = time): SimRecord => {
  const text = JSON.stringify(value);
  return { time, visibleAt, json: () => text };
};

export const audit = (id: string, time: number, over: object = {}, visibleAt = time): SimRecord =>
  record(
    time,
    {
      id: `Directory_${guidOf(id)}_QX7LM_${id}`,
      category: 'RoleManagement',
      correlationId: guidOf(`correlation/${id}`),
      result: 'success',
      activityDisplayName: 'Add member to role',
      activityDateTime: `${new Date(time).toISOString().slice(0, -1)}0211Z`,
      loggedByService: 'Core Directory',
      initiatedBy: { app: null, user: { id: guidOf('oskar'), displayName: null, userPrincipalName: 'oskar.lind@contoso.example', ipAddress: '198.51.100.7' } },
      targetResources: [{ id: guidOf('mira'), displayName: 'Mira Holt', type: 'User', modifiedProperties: [] }],
      additionalDetails: [],
      ...over,
    },
    visibleAt,
  ); // prettier-ignore

export const trace = (id: string, time: number, over: object = {}): SimRecord =>
  record(time, {
    id: guidOf(`trace/${id}`),
    messageId: `<${id}@mail.supplier.example>`,
    receivedDateTime: new Date(time).toISOString(),
    senderAddress: 'billing@supplier.example',
    recipientAddress: 'mira.holt@contoso.example',
    subject: `Invoice ${id}`,
    size: 48_213,
    status: 'delivered',
    fromIP: '203.0.113.90',
    toIP: '',
    ...over,
  });

export function blob(
  contentType: string,
  created: number,
  ids: readonly string[],
  visibleAt = created,
): SimBlob {
  const stamp = new Date(created).toISOString().replace(/\D/g, '');
  const name = contentType.replace('.', '_');
  const texts = ids.map(id =>
    JSON.stringify({
      CreationTime: new Date(created - hour).toISOString().slice(0, 19),
      Id: guidOf(`record/${id}`),
      Operation: 'FileDownloaded',
      OrganizationId: contosoId,
      RecordType: 6,
      UserType: 0,
      UserId: 'mira.holt@contoso.example',
      Workload: 'SharePoint',
      AppAccessContext: { ClientAppName: 'Demo Browser' },
    }),
  );
  return {
    contentId: `${stamp}$${stamp}$${name.toLowerCase()}$${name}`,
    contentCreated: created,
    contentExpiration: created + 20 * day,
    visibleAt,
    records: () => texts,
  };
}

/** A tenant of a few records that are given by hand. They must be in time order. */
export function smallTenant(
  id: string,
  name: string,
  domain: string,
  has: Partial<SmallTenant> = {},
): SimTenant {
  const days: Readonly<Record<string, number>> = {
    'entra.directory-audits': 30,
    'exchange.message-trace': 90,
    'm365.unified-audit': 7,
    ...(has.mimecast === undefined ? {} : smallMimecastDays),
  };
  const select =
    (all: readonly SimRecord[]): SimTenant['directoryAudits'] =>
    (range, asOf, order) => {
      const found = all.filter(
        it =>
          it.time >= range.from &&
          it.time < range.to &&
          it.visibleAt <= asOf &&
          (it.goneAt ?? Number.POSITIVE_INFINITY) > asOf,
      );
      return order === 'asc' ? found : found.toReversed();
    };
  return {
    id,
    name,
    domains: [domain],
    users: [
      { id: guidOf('mira'), name: 'Mira Holt', address: `mira.holt@${domain}` },
      { id: guidOf('oskar'), name: 'Oskar Lind', address: `oskar.lind@${domain}` },
    ],
    sources: [...Object.keys(days), ...Object.keys(graphDays).filter(source => feedsOf(source).some(feed => has.graph?.[feed] !== undefined))],
    remembersDays: source => days[source] ?? graphDays[source] ?? 0,
    directoryAudits: select(has.audits ?? []),
    messageTraces: select(has.traces ?? []),
    graphRecords: (feed, range, asOf, order) => select(has.graph?.[feed] ?? [])(range, asOf, order),
    blobs: (type, range, asOf) =>
      (has.blobs?.[type] ?? []).filter(
        it => it.contentCreated >= range.from && it.contentCreated < range.to && it.visibleAt <= asOf,
      ),
    blob: (type, contentId) => has.blobs?.[type]?.find(it => it.contentId === contentId) ?? null,
    mimecast: has.mimecast === undefined ? null : smallAccount(has.mimecast),
  }; // prettier-ignore
}

const graphDays: Readonly<Record<string, number>> = {
  'entra.sign-ins': 30,
  'intune.audit-events': 365,
  'defender.alerts': 180,
  'defender.incidents': 180,
};

const ago = (ms: number): number => smallWorldNow - ms;

/** Some records of each kind in Contoso, and one of each in Fabrikam. */
export const fewRecords: SmallTenant = {
  audits: [
    audit('1', ago(3 * day)),
    audit('2', ago(2 * hour), { activityDisplayName: 'Update user', category: 'UserManagement' }),
    audit('3', ago(2 * hour)),
    audit('4', ago(2 * hour), { initiatedBy: { user: null, app: null } }),
    audit('5', ago(hour)),
  ],
  traces: [
    trace('1', ago(3 * day)),
    trace('2', ago(3 * hour), { status: 'recalled' }),
    trace('3', ago(2 * hour), { subject: 'Holiday plans', senderAddress: 'eva@partner.example' }),
    trace('3', ago(2 * hour), { recipientAddress: 'oskar.lind@contoso.example', status: 'failed' }),
    trace('4', ago(hour)),
  ],
  blobs: {
    'Audit.SharePoint': [
      blob('Audit.SharePoint', ago(30 * hour), ['a', 'b']),
      blob('Audit.SharePoint', ago(5 * hour), ['c', 'd', 'e']),
      blob('Audit.SharePoint', ago(4 * hour), ['c', 'f']),
    ],
    'DLP.All': [blob('DLP.All', ago(3 * hour), ['g'])],
  },
  mimecast: fewMimecastRecords(smallWorldNow),
  graph: {},
};

export function smallWorld(contoso: Partial<SmallTenant> = fewRecords): World {
  return {
    seed: 7,
    tenants: [
      smallTenant(contosoId, 'Contoso', 'contoso.example', contoso),
      smallTenant(fabrikamId, 'Fabrikam', 'fabrikam.example', {
        audits: [audit('f1', ago(hour))],
        traces: [trace('f1', ago(hour))],
      }),
    ],
  };
}
