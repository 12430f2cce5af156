import { rejects } from 'node:assert/strict';
import { AppError, type ErrorCode } from '../../shared/kernel/errors.ts';

/** One promise of a port, tried. Knows no runner. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Where an adapter keeps things, empty at first. */
export interface Storage<Port> {
  /** A handle. Every call gives another one on the same storage, as another process would have. */
  open(): Promise<Port>;
  /** Changes whatever is stored behind the adapter's back, so that nothing of it reads as it was written. */
  damage(): Promise<void>;
  /** Closes every handle and removes what is stored. */
  dispose(): Promise<void>;
}
export type Fresh<Port> = () => Promise<Storage<Port>>;

/** Everything a port promises, as cases; each makes a storage of its own. */
export type Contract<Port> = (fresh: Fresh<Port>) => readonly ContractCase[];

/** What a case has beside its first handle. */
export interface Stage<Port> {
  /** Another handle on the same storage. */
  open(): Promise<Port>;
  /** A handle on another storage, empty at first. */
  elsewhere(): Promise<Port>;
  damage(): Promise<void>;
}
export type CaseBody<Port> = (port: Port, stage: Stage<Port>) => Promise<void>;

/** A contract from bodies by name. */
export const contractOf =
  <Port>(bodies: Readonly<Record<string, CaseBody<Port>>>): Contract<Port> =>
  fresh =>
    Object.entries(bodies).map(([name, body]) => ({
      name,
      async run() {
        const made: Storage<Port>[] = [];
        const make = async (): Promise<Storage<Port>> => {
          const storage = await fresh();
          made.push(storage);
          return storage;
        };
        try {
          const storage = await make();
          await body(await storage.open(), {
            open: () => storage.open(),
            elsewhere: async () => (await make()).open(),
            damage: () => storage.damage(),
          });
        } finally {
          for (const storage of made) await storage.dispose();
        }
      },
    }));

/** An adapter broken on purpose, and the cases that must find it: exactly these. */
export interface Saboteur<Port> {
  /** Completes "the suite finds one that …". */
  readonly does: string;
  /** Called once per storage; what it returns, once per handle. */
  sabotage(): (port: Port) => Port;
  readonly fails: readonly string[];
}

/** The same storage with every handle broken. */
export const sabotaged =
  <Port>(fresh: Fresh<Port>, saboteur: Saboteur<Port>): Fresh<Port> =>
  async () => {
    const storage = await fresh();
    const spoil = saboteur.sabotage();
    return { ...storage, open: async () => spoil(await storage.open()) };
  };

/** The work must fail with an AppError of this code. */
export const mustReject = (work: Promise<unknown>, code: ErrorCode): Promise<void> =>
  rejects(work, thrown => thrown instanceof AppError && thrown.code === code);
