import { expect, onTestFinished, test } from 'vitest';
import type { CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import type { CosmosCall, CosmosFault, CosmosServer } from '../fakes/cosmos-server.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import type { SweptOperation } from './swept-operation.ts';
import { sweptOperations } from './swept-operations.ts';

/** Milliseconds: an operation of thirty requests is repeated two hundred times. */
const patience = 120_000;

type Answer = ReturnType<CosmosFault>;
const json = { 'content-type': 'application/json' };

interface Trouble {
  readonly name: string;
  readonly answer: Answer;
  /** Of the n-th request only, or of every one from then on. */
  readonly lasts: 'once' | 'on';
  readonly meets: (call: CosmosCall) => boolean;
}
const each = (): boolean => true;
const writes = ({ kind }: CosmosCall): boolean => kind === 'batch' || kind === 'write';
const status = (code: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: code,
  headers: { ...json, ...headers },
});

const passing: readonly Trouble[] = [
  { name: '408', answer: status(408), lasts: 'once', meets: each },
  { name: '410', answer: status(410, { 'x-ms-substatus': '1002' }), lasts: 'once', meets: each },
  { name: '449', answer: status(449), lasts: 'once', meets: each },
  { name: '500', answer: status(500), lasts: 'once', meets: each },
  { name: '429 without a time', answer: status(429), lasts: 'on', meets: each },
  { name: '404/1003', answer: status(404, { 'x-ms-substatus': '1003' }), lasts: 'once', meets: each },
];
/** What every request meets. A read that is dropped the SDK repeats by itself, a second later. */
const always: readonly Trouble[] = [
  { name: '503', answer: status(503), lasts: 'once', meets: each },
  { name: '503 from then on', answer: status(503), lasts: 'on', meets: each },
  { name: '429', answer: status(429, { 'x-ms-retry-after-ms': '1' }), lasts: 'on', meets: each },
  {
    name: '412',
    answer: status(412),
    lasts: 'once',
    meets: call => call.conditional && call.kind === 'write',
  },
  { name: 'a lost answer', answer: 'cut', lasts: 'once', meets: writes },
];
/** Of the statuses that are dealt with alike each request meets one, another in each operation. */
const troublesAt = (n: number): readonly Trouble[] => [
  ...always,
  ...passing.slice(n % passing.length).slice(0, 1),
];

interface Turn {
  readonly database: string;
  readonly gateway: CosmosGateway;
}
async function openTurn(server: CosmosServer, { containers }: SweptOperation): Promise<Turn> {
  const database = await server.makeDatabase(containers);
  return { database, gateway: openCosmos(server, database) };
}
const endTurn = async (server: CosmosServer, { database, gateway }: Turn): Promise<void> => {
  gateway.close();
  await server.dropDatabase(database);
};

/** What the operation leaves behind, seen by a process that knows nothing; and how many requests it took. */
async function calm(
  server: CosmosServer,
  of: SweptOperation,
): Promise<{ left: unknown; calls: CosmosCall[] }> {
  const turn = await openTurn(server, of);
  const stores = of.open(turn.gateway);
  await stores.before();
  server.calls.length = 0;
  await stores.act();
  const calls = [...server.calls];
  const left = await of.open(turn.gateway).left();
  await endTurn(server, turn);
  return { left, calls };
}

async function disturbed(
  server: CosmosServer,
  of: SweptOperation,
  trouble: Trouble,
  at: number,
): Promise<unknown> {
  const turn = await openTurn(server, of);
  const stores = of.open(turn.gateway);
  await stores.before();
  let count = 0;
  server.fault = call => {
    if (call.kind === 'account') return null;
    count += 1;
    return trouble.meets(call) && (count === at || (trouble.lasts === 'on' && count > at))
      ? trouble.answer
      : null;
  };
  const outcome = await stores.act().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  server.fault = null;
  if (outcome !== null) {
    expect(outcome).toBeInstanceOf(AppError);
    expect(outcome).toMatchObject({ code: 'store.unavailable' });
    // The same process, with all it remembers.
    await stores.act();
  }
  const left = await of.open(turn.gateway).left();
  await endTurn(server, turn);
  return left;
}

test.each(sweptOperations)(
  '$name: whichever request fails, and however, a repeat makes it whole',
  async of => {
    const server = await sharedCosmos();
    onTestFinished(() => {
      server.fault = null;
    });
    const { left, calls } = await calm(server, of);
    expect(calls.length).toBeGreaterThan(0);
    const place = sweptOperations.indexOf(of);
    for (const [n, call] of calls.filter(one => one.kind !== 'account').entries()) {
      for (const trouble of troublesAt(place + n)) {
        if (!trouble.meets(call)) continue;
        const found = await disturbed(server, of, trouble, n + 1).catch((thrown: unknown) => thrown);
        expect(
          found,
          `${trouble.name} at request ${n + 1}, a ${call.kind} of ${call.container ?? ''}`,
        ).toEqual(left);
      }
    }
  },
  patience,
);
