import { aimedAt } from '../routes.ts';
import { seededNumbers } from '../seeded.ts';
import { findFault } from './catalogue.ts';
import type { Fault, FaultOptions } from './fault.ts';

export interface FaultRequest {
  readonly name: string;
  /** A tenant's id; without it every tenant. */
  readonly tenant?: string;
  /** A route ('graph.messageTraces') or a provider ('graph'); without it every route the fault can hit. */
  readonly route?: string;
  /** How often it happens; without it until it is cleared. */
  readonly times?: number;
  /** How many requests it could hit go by first. */
  readonly after?: number;
  /** The chance that a request is hit, by the seed; without it every one. */
  readonly probability?: number;
  readonly options?: FaultOptions;
}

/** A fault that is on. */
export interface ActiveFault {
  readonly id: string;
  readonly request: FaultRequest;
  readonly fault: Fault;
  random(): number;
  /** How often it has happened. */
  applied: number;
  passedBy: number;
}

export interface FaultBoard {
  /** Switches a fault on. Throws with a sentence for a fault, route or number there is not. */
  add(request: FaultRequest): ActiveFault;
  /** Switches off one fault by id, all of a tenant, or all; answers how many. */
  clear(which?: { readonly id?: string; readonly tenant?: string }): number;
  all(): readonly ActiveFault[];
  /** The faults that hit this request, oldest first. What does happen is reported with `used`. */
  hitting(route: string, tenant: string | null): ActiveFault[];
  used(fault: ActiveFault): void;
}

/** The faults that are on. Cleared or used up, they leave nothing behind: they only touch what is being sent. */
export function faultBoard(seed: number): FaultBoard {
  let active: readonly ActiveFault[] = [];
  let count = 0;
  return {
    add(request) {
      const fault = findFault(request.name);
      if (fault === null)
        throw new Error(`There is no fault ${request.name}. GET /control/faults lists them.`);
      const { route, times = 1, probability = 1, after = 0 } = request;
      if (route !== undefined && !fault.routes.some(name => aimedAt(route, name))) {
        throw new Error(`${request.name} cannot happen on ${route}, only on: ${fault.routes.join(', ')}.`);
      }
      if (!(times >= 1) || !(after >= 0) || !(probability > 0 && probability <= 1)) {
        throw new Error('times must be at least 1, after at least 0, probability above 0 and at most 1.');
      }
      count += 1;
      const random = seededNumbers(seed, `fault/${count}/${request.name}`);
      const added: ActiveFault = { id: `fault-${count}`, request, fault, random, applied: 0, passedBy: 0 };
      active = [...active, added];
      return added;
    },
    clear({ id, tenant } = {}) {
      const before = active.length;
      active = active.filter(
        it => (id !== undefined && it.id !== id) || (tenant !== undefined && it.request.tenant !== tenant),
      );
      return before - active.length;
    },
    all: () => active,
    hitting: (route, tenant) => active.filter(it => hits(it, route, tenant)),
    used(fault) {
      fault.applied += 1;
      if (fault.applied >= (fault.request.times ?? Number.POSITIVE_INFINITY)) {
        active = active.filter(it => it !== fault);
      }
    },
  };
}

function hits(it: ActiveFault, route: string, tenant: string | null): boolean {
  const { request, fault } = it;
  if (request.tenant !== undefined && request.tenant !== tenant) return false;
  if (!fault.routes.some(name => name === route) || !aimedAt(request.route ?? null, route)) return false;
  if (it.passedBy < (request.after ?? 0)) {
    it.passedBy += 1;
    return false;
  }
  return request.probability === undefined || it.random() < request.probability;
}
