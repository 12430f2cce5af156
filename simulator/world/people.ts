import { departments, firstNames, folded, lastNames } from './names.ts';
import {
  below,
  between,
  chance,
  code,
  guid,
  hex8,
  keyOf,
  pick,
  randomOf,
  type Key,
  type Random,
} from './random.ts';
import type { Range } from './slots.ts';
import type { SimUser } from './world.ts';

export interface Person extends SimUser {
  /** The name as JSON text, escaped once and used a hundred thousand times. */
  readonly nameJson: string;
  readonly department: string;
  readonly userKey: string;
  readonly sid: string;
  readonly mailbox: string;
  readonly device: string;
  readonly officeIp: string;
  readonly homeIp: string;
  readonly agent: string;
}

/** A joiner or a leaver. */
export interface Change {
  readonly time: number;
  readonly kind: 'join' | 'leave';
  readonly person: Person;
  /** Names the change: a seat changes hands many times over the years. */
  readonly number: number;
}

/**
 * Who works here, at any time. A seat is a job: most are held for good, some change hands with a gap between.
 * Everything follows from the seat's number and the time, so nobody is kept in a list.
 */
export interface Staff {
  readonly seats: number;
  /** Who holds the seat then; null while it is vacant. */
  holder(seat: number, time: number): Person | null;
  /** Somebody who works here at that time. */
  someone(r: Random, time: number): Person;
  admin(r: Random): Person;
  /** The seat's permanent holder. Only for seats below `permanentSeats`. */
  permanent(seat: number): Person;
  /** Joiners and leavers with time in [from, to), in time order. */
  changes(range: Range): readonly Change[];
  /** Everybody who worked here at some time in the range. */
  present(range: Range): readonly Person[];
}

/** Seats that never change hands, so that a story can count on them. */
export const permanentSeats = 6;
const adminSeats = 3;
const day = 86_400_000;
const vacancy = 12 * day;
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Demo/131.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Demo/17.5',
  'Mozilla/5.0 (X11; Linux x86_64) Demo/129.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Demo/18.1',
];

interface Tenure {
  readonly every: number;
  readonly offset: number;
}

export interface StaffPlan {
  readonly key: Key;
  readonly domain: string;
  readonly seats: number;
  /** Names given by hand, by seat. */
  readonly named: Readonly<Record<number, string>>;
}

export function staffOf(plan: StaffPlan): Staff {
  const tenures = Array.from({ length: plan.seats }, (_, seat) => tenureOf(plan.key, seat));
  const person = personBySeat(plan);
  const holder = (seat: number, time: number): Person | null => {
    const tenure = tenures[seat];
    if (tenure === undefined || tenure === null) return person(seat, 0);
    const turn = Math.floor((time - tenure.offset) / tenure.every);
    const [from, to] = stay(tenure, turn);
    return time >= from && time < to ? person(seat, turn) : null;
  };
  return {
    seats: plan.seats,
    holder,
    someone: (r, time) => {
      const start = below(r, plan.seats);
      for (let n = 0; n < plan.seats; n += 1) {
        const found = holder((start + n) % plan.seats, time);
        if (found !== null) return found;
      }
      return person(0, 0);
    },
    admin: r => person(below(r, adminSeats), 0),
    permanent: seat => {
      if (seat >= permanentSeats) throw new RangeError('this seat changes hands');
      return person(seat, 0);
    },
    changes: range =>
      tenures
        .flatMap((tenure, seat) => changesOf(tenure, seat, turn => person(seat, turn), range))
        .sort((a, b) => a.time - b.time),
    present: range =>
      tenures.flatMap((tenure, seat) => {
        if (tenure === null) return [person(seat, 0)];
        return turnsIn(tenure, range)
          .filter(turn => stay(tenure, turn)[0] < range.to && stay(tenure, turn)[1] > range.from)
          .map(turn => person(seat, turn));
      }),
  };
}

/** One person a seat is remembered, the last asked for: bounded by the seats, whatever the range. */
function personBySeat(plan: StaffPlan): (seat: number, turn: number) => Person {
  const last: (Holding | undefined)[] = [];
  return (seat, turn) => {
    const held = last[seat];
    if (held !== undefined && held.turn === turn) return held.person;
    const made = makePerson(plan, seat, turn);
    last[seat] = { turn, person: made };
    return made;
  };
}

function changesOf(
  tenure: Tenure | null,
  seat: number,
  person: (turn: number) => Person,
  range: Range,
): Change[] {
  if (tenure === null) return [];
  const within = (change: Change): boolean => change.time >= range.from && change.time < range.to;
  return turnsIn(tenure, range).flatMap(turn => {
    const [from, to] = stay(tenure, turn);
    const about = { person: person(turn), number: seat * 100_000 + turn };
    const both: Change[] = [
      { ...about, time: from, kind: 'join' },
      { ...about, time: to, kind: 'leave' },
    ];
    return both.filter(within);
  });
}

interface Holding {
  readonly turn: number;
  readonly person: Person;
}

/** Null for a seat that is held for good. */
function tenureOf(key: Key, seat: number): Tenure | null {
  const r = randomOf(key, seat, -1);
  if (seat < permanentSeats || !chance(r, 0.22)) return null;
  const every = between(r, 70, 200) * day;
  return { every, offset: below(r, 200) * day };
}

/** From the first morning to the last afternoon of a turn; neither falls on a weekend. */
function stay(tenure: Tenure, turn: number): readonly [number, number] {
  const from = tenure.offset + turn * tenure.every;
  return [onWeekday(from) + 8.25 * 3_600_000, onWeekday(from + tenure.every - vacancy) + 15.5 * 3_600_000];
}

function onWeekday(midnight: number): number {
  const weekday = (Math.floor(midnight / day) + 4) % 7;
  if (weekday === 0) return midnight + day;
  return weekday === 6 ? midnight + 2 * day : midnight;
}

function turnsIn(tenure: Tenure, range: Range): readonly number[] {
  const first = Math.floor((range.from - tenure.offset) / tenure.every) - 1;
  const last = Math.floor((range.to - tenure.offset) / tenure.every);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
}

function makePerson(plan: StaffPlan, seat: number, turn: number): Person {
  const r = randomOf(plan.key, seat, turn + 1);
  // Every seat and turn has its own pair of names until all pairs are used; from then on a number follows.
  const pairs = firstNames.length * lastNames.length;
  // After four turns the names come round again, long after the services have forgotten the first bearer.
  const place = seat + plan.seats * (Math.abs(turn) % 4);
  const pair = (Math.imul(place, 1_597) + (plan.key.low & 0xfff)) & (pairs - 1);
  const first = firstNames[pair % firstNames.length] ?? 'Ada';
  const family = lastNames[Math.floor(pair / firstNames.length)] ?? 'Quist';
  const name = plan.named[seat] ?? `${first} ${family}`;
  const [given = name, ...rest] = name.split(' ');
  const suffix = place >= pairs ? String(Math.floor(place / pairs) + 1) : '';
  return {
    id: guid(r),
    name,
    nameJson: JSON.stringify(name),
    address: `${folded(given)}.${folded(rest.join(''))}${suffix}@${plan.domain}`,
    department: pick(r, departments),
    userKey: `1003${code(r, 4)}${hex8(r).toUpperCase()}`,
    sid: `S-1-5-21-${bitsText(r)}-${bitsText(r)}-${bitsText(r)}-${between(r, 1_100, 99_999)}`,
    mailbox: guid(r),
    device: `${pick(r, ['LT', 'WS', 'MB'])}-${code(r, 6)}`,
    officeIp: `192.0.2.${between(r, 10, 40)}`,
    homeIp: chance(r, 0.25) ? `2001:db8:${hex8(r).slice(0, 4)}::${hex8(r).slice(0, 3)}` : `198.51.100.${between(r, 100, 250)}`,
    agent: pick(r, agents),
  }; // prettier-ignore
}

const bitsText = (r: Random): string => String(between(r, 100_000_000, 4_000_000_000));
/** The key of a tenant's staff. */
export const staffKey = (seed: number, tenant: string): Key => keyOf(seed, tenant, 'staff');
