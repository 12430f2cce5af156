import { cosmosAccessLog } from '../../shared/adapters/azure/cosmos-access-log.ts';
import { cosmosCursorStore } from '../../shared/adapters/azure/cosmos-cursor-store.ts';
import { cosmosIdempotencyStore } from '../../shared/adapters/azure/cosmos-idempotency-store.ts';
import { cosmosLedgerStore } from '../../shared/adapters/azure/cosmos-ledger-store.ts';
import { cosmosNameStore } from '../../shared/adapters/azure/cosmos-name-store.ts';
import { cosmosOperationStore } from '../../shared/adapters/azure/cosmos-operation-store.ts';
import { cosmosRunLog } from '../../shared/adapters/azure/cosmos-run-log.ts';
import { cosmosTenantRegistry } from '../../shared/adapters/azure/cosmos-tenant-registry.ts';
import { cosmosThrottleMemory } from '../../shared/adapters/azure/cosmos-throttle-memory.ts';
import { installationKey } from '../../shared/adapters/azure/installation-key.ts';
import { jobKeys } from '../../shared/adapters/azure/job-keys.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { hours, minutes, plus, type Instant } from '../../shared/kernel/time.ts';
import type { Operation } from '../../shared/model/run.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import type { NameStore, Wanted } from '../../shared/ports/name-store.ts';
import { sampleEntry as entry, sampleRun as run } from '../support/sample-log.ts';
import { contoso, scopeOf, source, stream } from '../support/sample.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { sweptEventOperations } from './swept-event-operations.ts';
import { nothing, swept, type SweptOperation } from './swept-operation.ts';

const clock = new ManualClock();
const now = clock.now();
const scope = scopeOf(contoso);
const ref = { source, stream };
const marked = ['one', 'two', 'three'];
const reading = swept(
  ['cursors', 'read-names'],
  cosmosCursorStore,
  store => store.unread(scope, ref, [...marked, 'four']),
  {
    'names are marked as read': [nothing, store => store.markRead(scope, ref, marked, now)],
    'names are asked for': [
      store => store.markRead(scope, ref, marked, now),
      store => store.unread(scope, ref, ['two', 'four']),
    ],
    'names are forgotten': [
      async store => {
        await store.markRead(scope, ref, marked.slice(1), now);
        await store.markRead(scope, ref, ['one'], plus(now, hours(2)));
      },
      store => store.forgetRead(scope, ref, plus(now, hours(1))),
    ],
  },
);

const want = (id: string, event: string): Wanted => ({ id, event });
const wanted = [want('mira', 'e1'), want('mira', 'e2'), want('oskar', 'e1'), want('eva', 'e3')];
const known = (id: string, name: string | null) => ({
  id,
  kind: 'user' as const,
  name,
  address: null,
  at: now,
});
const later = { absent: plus(now, hours(1)), named: plus(now, hours(1)) };
const namesLeft = async (names: NameStore): Promise<unknown> => ({
  position: await names.position(scope),
  unasked: await names.unasked(scope, later, 10),
  known: await names.known(scope, ['mira', 'oskar', 'eva']),
  ready: await names.ready(scope, 10),
});
const naming = swept(['names'], cosmosNameStore, namesLeft, {
  'names are wanted': [
    names => names.want(scope, wanted.slice(0, 1), '1', now),
    names => names.want(scope, wanted, '2', now),
  ],
  'names are learned': [
    async names => {
      await names.want(scope, wanted, '1', now);
      await names.learn(scope, [known('oskar', 'Oskar Lind')]);
    },
    names => names.learn(scope, [known('mira', 'Mira Holt'), known('oskar', null), known('eva', null)]),
  ],
  'wants are settled': [
    async names => {
      await names.want(scope, wanted, '1', now);
      await names.learn(scope, [known('mira', 'Mira Holt')]);
    },
    names => names.settle(scope, [want('mira', 'e1'), want('mira', 'e2'), want('eva', 'e3')]),
  ],
  'wants are forgotten': [
    async names => {
      await names.want(scope, wanted.slice(0, 2), '1', now);
      await names.want(scope, wanted.slice(2), '2', plus(now, hours(2)));
    },
    names => names.forget(scope, plus(now, hours(1)), 10),
  ],
});

const logging = swept(
  ['access-log'],
  cosmosAccessLog,
  async log => (await log.list([scope], null, 10)).entries,
  {
    'entries are appended to the access log': [
      nothing,
      // Whoever repeats it after a lost answer learns that the entries are there.
      log => log.append(scope, [entry('entry-1'), entry('entry-2')]).catch(unlessConflict),
    ],
    'the access log is read': [
      log => log.append(scope, [entry('entry-1'), entry('entry-2')]),
      async log => {
        const { next } = await log.list([scope], null, 1);
        await log.list([scope], next, 1);
      },
    ],
  },
);
function unlessConflict(thrown: unknown): void {
  if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown;
}

const operation = (percentComplete: number): Operation => ({
  id: 'operation-1',
  tenant: contoso,
  kind: 'backfill',
  status: 'NotStarted',
  percentComplete,
  createdAt: '2026-10-05T09:00:00.000Z',
  updatedAt: '2026-10-05T09:00:00.000Z',
  createdBy: 'tid:oid',
  result: null,
  error: null,
});
const operating = swept(['operations'], cosmosOperationStore, async store => (await store.get(scope, 'operation-1'))?.value, {
  'an operation begins': [nothing, store => store.swap(scope, null, operation(0))],
  'an operation goes on': [
    store => store.swap(scope, null, operation(0)),
    async store => {
      const held = await store.get(scope, 'operation-1');
      const done = await store.swap(scope, held?.rev ?? null, operation(50));
      if (!done.ok && done.current?.value.percentComplete !== 50) await store.swap(scope, done.current?.rev ?? null, operation(50));
    },
  ],
}); // prettier-ignore

const running = swept(['runs'], cosmosRunLog, async log => (await log.list([scope], {}, null, 10)).runs, {
  'a run is put': [nothing, log => log.put(scope, run('a'))],
  'several runs are put': [
    log => log.put(scope, run('a')),
    log => log.put(scope, run('a', { status: 'succeeded' }), run('b'), run('c')),
  ],
});

const tenant: Tenant = {
  id: contoso,
  name: 'Contoso',
  domains: ['contoso.example'],
  state: 'active',
  connections: [],
  retentionDays: 2_190,
};
const registering = swept(
  ['tenants'],
  cosmosTenantRegistry,
  async store => (await store.list()).map(one => one.value),
  {
    'a tenant is registered': [nothing, store => store.swap(null, tenant)],
  },
);

const throttling = swept(
  ['throttles'],
  cosmos => cosmosThrottleMemory(cosmos, clock),
  memory => memory.until(['graph', 'graph/contoso']),
  {
    'a throttle is remembered': [nothing, memory => memory.remember('graph', plus(now, minutes(5)))],
    'a longer throttle is remembered': [
      memory => memory.remember('graph', plus(now, minutes(5))),
      memory => memory.remember('graph', plus(now, minutes(9))),
    ],
  },
);

const begun = { key: 'k', at: now };
const reply = { status: 202, headers: {}, body: '{}' };
const after = (at: Instant): Instant => plus(at, minutes(1));
const repeating = swept(['replies'], cosmosIdempotencyStore, store => store.begin('k', 'body', after(now)), {
  'a call begins under its key': [nothing, store => store.begin('k', 'body', now)],
  'a call is finished': [store => store.begin('k', 'body', now), store => store.finish(begun, reply)],
  'a call is abandoned': [store => store.begin('k', 'body', now), store => store.abandon(begun)],
});

/** Entries are there once, or once more for an answer that was lost: readers fold those. */
const ledger = swept(
  ['ledger'],
  cosmosLedgerStore,
  async store => {
    const { size } = await store.head(scope);
    const entries = (await store.read(scope, 0, size)).map(one => Buffer.from(one).toString());
    await store.nodes(scope, [{ level: 1, index: 0 }]);
    return [...new Set(entries)];
  },
  {
    'the ledger grows': [
      store => store.append(scope, ['a', 'b', 'c'].map(text => Buffer.from(text))),
      store => store.append(scope, ['d', 'e'].map(text => Buffer.from(text))),
    ],
    'the ledger begins': [nothing, store => store.append(scope, ['a', 'b'].map(text => Buffer.from(text)))],
  },
); // prettier-ignore

const keying = swept(['jobs'], jobKeys, keys => keys.claim('k', plus(now, minutes(2))), {
  'a waiting job leaves its key when it is done': [
    async keys => {
      await keys.claim('k', now);
      await keys.sent('k', 'm', now);
      await keys.taken('k', 'm', plus(now, minutes(15)));
    },
    keys => keys.done('k', 'm'),
  ],
  'a job that was sent waits under its key': [keys => keys.claim('k', now), keys => keys.sent('k', 'm', now)],
  'a job is put off': [
    async keys => {
      await keys.claim('k', now);
      await keys.sent('k', 'm', now);
      await keys.taken('k', 'm', plus(now, minutes(15)));
    },
    keys => keys.putOff('k', 'm', plus(now, minutes(1))),
  ],
});

const installing = swept(
  ['tenants'],
  cosmos => cosmos,
  async cosmos => Buffer.compare(await installationKey(cosmos), await installationKey(cosmos)),
  { 'the installation key is made': [nothing, cosmos => installationKey(cosmos)] },
);

export const sweptOperations: readonly SweptOperation[] = [
  ...sweptEventOperations,
  ...reading,
  ...naming,
  ...logging,
  ...operating,
  ...running,
  ...registering,
  ...throttling,
  ...repeating,
  ...ledger,
  ...keying,
  ...installing,
];
