import { addressOf, type Cast, type Principal } from './cast.ts';
import type { Pace } from './pace.ts';
import type { Person } from './people.ts';
import {
  below,
  between,
  chance,
  countAbout,
  pick,
  randomOf,
  table,
  type Key,
  type Random,
} from './random.ts';
import { signInJson, type SignInFacts, type SignInKind } from './sign-in-record.ts';
import type { SlotFeed } from './slots.ts';
import { townFor, type Town } from './towns.ts';
import type { SimRecord } from './world.ts';

const minute = 60_000;
/** Places per sign-in: its own, and those of its copies. */
const places = 4;

export interface SignInPlan {
  readonly cast: Cast;
  readonly towns: readonly [Town, ...Town[]];
  readonly key: Key;
  readonly pace: Pace;
  readonly kind: SignInKind;
}

/** Sign-ins of one kind. The text of a record is made when it is asked for. */
export function signInLife(plan: SignInPlan): SlotFeed<SimRecord> {
  const { key, pace } = plan;
  const slot = (at: number): readonly SimRecord[] => {
    const count = countAbout(randomOf(key, at, -1), pace.expected(at));
    const times = Array.from(
      { length: count },
      (_, n) => at * pace.width + below(randomOf(key, at, n * places), pace.width),
    );
    const made = times.map((time, n) => rowsOf(plan, at, n, time));
    return made.flat().sort((a, b) => a.time - b.time);
  };
  return { width: pace.width, slot };
}

type Change = (facts: SignInFacts, asOf: number) => SignInFacts;
const same: Change = facts => facts;

/** A sign-in, and what the service makes of it afterwards. */
function rowsOf(plan: SignInPlan, slot: number, n: number, time: number): SimRecord[] {
  const r = randomOf(plan.key, slot, n * places + 1);
  const luck = below(r, 1_000);
  const delay = signInDelay(r);
  const row = (visibleAt: number, change: Change): SimRecord => ({
    time,
    visibleAt,
    json: (asOf, version) => {
      // Facts and ids from places of their own: a copy has the same ids, whatever it says.
      const facts = change(factsOf(plan, randomOf(plan.key, slot, n * places + 2), time), asOf);
      return signInJson(randomOf(plan.key, slot, n * places + 3), facts, version);
    },
  });
  const seen = time + delay;
  // The second factor is told up to two hours later, in the same record.
  const settles = seen + between(r, 5 * minute, 100 * minute);
  const settling: Change = (facts, asOf) => (asOf >= settles ? facts : pending(facts));
  if (luck < 8) return [row(seen, settling)];
  // A batch that was published twice.
  if (luck < 12) return [row(seen, same), row(seen + between(r, minute, 30 * minute), same)];
  // Risk found afterwards: an almost equal row follows.
  if (luck < 15) return [row(seen, same), row(seen + between(r, 5 * minute, 60 * minute), risky)];
  // More policies than fit into one row.
  if (luck < 17) return [row(seen, same), row(seen, split)];
  return [row(seen, same)];
}

const pending = (facts: SignInFacts): SignInFacts => ({ ...facts, detail: null, multiFactor: false });
const risky = (facts: SignInFacts): SignInFacts => ({
  ...facts,
  risk: 'medium',
  riskTypes: ['unfamiliarFeatures'],
});
const split = (facts: SignInFacts): SignInFacts => ({
  ...facts,
  policies: [['Block countries without an office', 'notApplied']],
});

/** Minutes as a rule; a few later than a collector's overlap, a very few by most of a day. */
function signInDelay(r: Random): number {
  const luck = below(r, 1_000);
  if (luck < 950) return between(r, 5_000, 100_000);
  if (luck < 993) return between(r, 2 * minute, 10 * minute);
  if (luck < 998) return between(r, 15 * minute, 110 * minute);
  return between(r, 240 * minute, 1_000 * minute);
}

const clients = [
  'Outlook',
  'Teams',
  'Office 365 SharePoint Online',
  'Payroll Portal',
  'Azure Portal',
  'Mobile mail',
] as const;
const targets = [
  'Microsoft Graph',
  'Office 365 Exchange Online',
  'Office 365 SharePoint Online',
  'Payroll API',
] as const;
const failures = table<readonly [number, string]>([
  { weight: 50, value: [50_126, 'Error validating credentials due to invalid username or password.'] },
  { weight: 25, value: [50_074, 'Strong Authentication is required.'] },
  { weight: 10, value: [50_140, "This occurred due to 'Keep me signed in' interrupt when the user was signing in."] },
  { weight: 8, value: [50_053, 'The account is locked, you’ve tried to sign in too many times with an incorrect user ID or password.'] },
  { weight: 7, value: [53_003, 'Access has been blocked by Conditional Access policies.'] },
]); // prettier-ignore
const protocols = table<string>([
  { weight: 70, value: 'Browser' },
  { weight: 26, value: 'Mobile Apps and Desktop clients' },
  { weight: 4, value: 'IMAP4' },
]);

function factsOf(plan: SignInPlan, r: Random, time: number): SignInFacts {
  const { kind, cast } = plan;
  if (kind === 'servicePrincipal' || kind === 'managedIdentity') return ofApplication(plan, r, time);
  const person = cast.staff.someone(r, time);
  const ip = addressOf(r, person);
  const [error, reason] = chance(r, kind === 'interactive' ? 0.08 : 0.03) ? failures(r) : ([0, ''] as const);
  const multiFactor = kind === 'interactive' && chance(r, 0.6);
  return personFacts(
    person,
    { kind, time, ip, town: townFor(r, plan.towns, ip === person.officeIp) },
    {
      client: pick(r, clients),
      resource: pick(r, targets),
      clientAppUsed: kind === 'interactive' ? protocols(r) : 'Mobile Apps and Desktop clients',
      error,
      reason,
      multiFactor,
      detail:
        multiFactor && error === 0
          ? pick(r, ['MFA completed in Azure AD', 'MFA requirement satisfied by claim in the token'])
          : null,
      risk: chance(r, 0.004) ? 'low' : 'none',
      policies:
        error === 53_003
          ? [['Block countries without an office', 'failure']]
          : [['Require MFA - all users', multiFactor ? 'success' : 'notApplied']],
    },
  );
}

/** A person's sign-in, with the parts that follow from who it is. */
export const personFacts = (
  person: Person,
  where: Pick<SignInFacts, 'kind' | 'time' | 'ip' | 'town'>,
  what: Partial<SignInFacts>,
): SignInFacts => ({
  who: { person },
  client: 'Office 365 Exchange Online',
  resource: 'Microsoft Graph',
  clientAppUsed: 'Browser',
  agent: person.agent,
  device: where.ip === person.officeIp ? person.device : '',
  error: 0,
  reason: '',
  detail: null,
  multiFactor: false,
  risk: 'none',
  riskTypes: [],
  policies: [],
  ...where,
  ...what,
});

const refused: readonly [number, string] = [7_000_215, 'Invalid client secret is provided.'];

function ofApplication(plan: SignInPlan, r: Random, time: number): SignInFacts {
  const managed = plan.kind === 'managedIdentity';
  const principal = pick(r, plan.cast.principals);
  const [error, reason] = !managed && chance(r, 0.02) ? refused : ([0, ''] as const);
  return principalFacts(principal, {
    kind: plan.kind,
    time,
    // Managed identities sign in from inside the cloud: no address, no place.
    ip: managed ? '' : `192.0.2.${String(200 + below(r, 20))}`,
    town: managed ? null : plan.towns[0],
    resource: managed ? 'Azure Key Vault' : 'Microsoft Graph',
    error,
    reason,
  });
}

/** An application's sign-in. */
export const principalFacts = (
  principal: Principal,
  what: Pick<SignInFacts, 'kind' | 'time' | 'ip' | 'town'> & Partial<SignInFacts>,
): SignInFacts => ({
  who: { principal },
  client: principal.name,
  resource: 'Microsoft Graph',
  clientAppUsed: '',
  agent: 'Demo-Robot/1.0',
  device: '',
  error: 0,
  reason: '',
  detail: null,
  multiFactor: false,
  risk: 'none',
  riskTypes: [],
  policies: [],
  ...what,
});
