import type { Cast } from './cast.ts';
import type { Pace } from './pace.ts';
import type { Person } from './people.ts';
import { below, between, chance, countAbout, guid, pick, randomOf, type Key, type Random } from './random.ts';
import {
  alertJson, deviceEvidence, incidentJson, ipEvidence, messageEvidence, userEvidence, versionsOf, type AlertFacts, type Stage,
} from './security-record.ts'; // prettier-ignore
import type { SlotFeed } from './slots.ts';
import type { SimRecord } from './world.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** After it nobody touches an alert any more. */
const longest = 4 * day;

interface Case {
  readonly alerts: readonly SimRecord[];
  readonly incident: readonly SimRecord[];
}

/**
 * Alerts and their incidents. A thing is raised in one slot and changes in later ones: a slot of versions is made of
 * what was raised in the days before it.
 */
export function securityLife(
  cast: Cast,
  key: Key,
  pace: Pace,
  of: 'alerts' | 'incident',
): SlotFeed<SimRecord> {
  const slot = (at: number): readonly SimRecord[] => {
    const [from, to] = [at * day, (at + 1) * day];
    const raised = raisedIn(cast, key, pace, from - longest, to);
    return raised
      .flatMap(one => one[of])
      .filter(record => record.time >= from && record.time < to)
      .sort((a, b) => a.time - b.time);
  };
  return { width: day, slot };
}

function raisedIn(cast: Cast, key: Key, pace: Pace, from: number, to: number): Case[] {
  const cases: Case[] = [];
  for (let slot = Math.floor(from / pace.width); slot * pace.width < to; slot += 1) {
    const count = countAbout(randomOf(key, slot, -1), pace.expected(slot) / meanAlerts);
    for (let n = 0; n < count; n += 1) {
      const r = randomOf(key, slot, n);
      cases.push(caseOf(cast, r, slot * pace.width + below(r, pace.width), slot * 64 + n));
    }
  }
  return cases;
}

/** Alerts a case has on average. */
const meanAlerts = 1.5;

const kinds = [
  { title: 'Malware was blocked on a device', category: 'Malware', service: 'microsoftDefenderForEndpoint', detection: 'antivirus', product: 'Microsoft Defender for Endpoint', technique: 'T1204', about: 'device' },
  { title: 'Mail with a suspicious link was removed after delivery', category: 'InitialAccess', service: 'microsoftDefenderForOffice365', detection: 'microsoftDefenderForOffice365', product: 'Microsoft Defender for Office 365', technique: 'T1566.002', about: 'mail' },
  { title: 'Unfamiliar sign-in properties', category: 'InitialAccess', service: 'azureAdIdentityProtection', detection: 'azureAdIdentityProtection', product: 'Microsoft Entra ID Protection', technique: 'T1078.004', about: 'user' },
  { title: 'Many files shared with people outside', category: 'Exfiltration', service: 'microsoftDefenderForCloudApps', detection: 'cloudAppSecurity', product: 'Microsoft Defender for Cloud Apps', technique: 'T1567', about: 'user' },
  { title: 'Card numbers in a mail to the outside', category: 'Exfiltration', service: 'dataLossPrevention', detection: 'microsoftDataLossPrevention', product: 'Microsoft Data Loss Prevention', technique: 'T1048', about: 'user' },
  { title: 'Rare process was started', category: 'Execution', service: 'microsoftSentinel', detection: 'scheduledAlerts', product: 'Microsoft Sentinel', technique: 'T1059', about: 'device' },
] as const; // prettier-ignore

function caseOf(cast: Cast, r: Random, created: number, number: number): Case {
  const person = cast.staff.someone(r, created);
  const id = String(1_000 + (Math.abs(number) % 9_000_000));
  const delay = between(r, 5_000, 90_000);
  const severity = pick(r, ['informational', 'low', 'low', 'medium', 'medium', 'high'] as const);
  const stages = stagesOf(cast, r, created, severity);
  const several = chance(r, 0.5);
  const alerts = [0, ...(several ? [1] : [])].flatMap(n => {
    const facts = alertOf(cast, r, person, created + n * between(r, 1_000, 60_000), id);
    const own = stages.map(stage => ({ ...stage, time: stage.time + (facts.created - created) }));
    return versionsOf(own, delay, stage => alertJson(facts, stage));
  });
  const title = several
    ? `Multi-stage incident on ${person.device} reported by several sources`
    : `Alert about ${person.device}`;
  const facts = { id, created, tenant: cast.tenantId, title, summary: null };
  return { alerts, incident: versionsOf(stages, delay, stage => incidentJson(facts, stage)) };
}

/** New, then somebody works on it, then it is closed; many stay where they are. */
function stagesOf(cast: Cast, r: Random, created: number, severity: Stage['severity']): Stage[] {
  const first: Stage = {
    time: created, status: 'new', severity, assignedTo: null, classification: null, determination: null,
    investigation: 'running', more: [],
  }; // prettier-ignore
  const taken = created + between(r, hour / 4, 12 * hour);
  const closed = taken + between(r, hour, 2 * day);
  const analyst = cast.staff.admin(r).address;
  const second: Stage = { ...first, time: taken, status: 'inProgress', assignedTo: analyst };
  const [classification, determination] = pick(r, [
    ['truePositive', 'malware'],
    ['falsePositive', 'notMalicious'],
    ['informationalExpectedActivity', 'confirmedActivity'],
  ] as const);
  const investigation = pick(r, [
    'successfullyRemediated',
    'benign',
    'partiallyRemediated',
    'failed',
  ] as const);
  const third: Stage = {
    ...second,
    time: closed,
    status: 'resolved',
    classification,
    determination,
    investigation,
  };
  const far = below(r, 10);
  return far < 3 ? [first] : far < 5 ? [first, second] : [first, second, third];
}

function alertOf(cast: Cast, r: Random, person: Person, created: number, incident: string): AlertFacts {
  const { about, ...kind } = pick(r, kinds);
  const user = userEvidence(created, person, about === 'user' ? [] : ['attacked']);
  const device = deviceEvidence(created, r, person.device);
  const mail = {
    sender: pick(r, cast.contacts),
    recipient: person.address,
    subject: 'Your parcel is waiting',
    ip: `203.0.113.${String(between(r, 100, 200))}`,
  };
  const evidence =
    about === 'device'
      ? [device, user]
      : about === 'mail'
        ? [user, messageEvidence(created, r, mail)]
        : [user, ipEvidence(created, person.homeIp, 'DE', [])];
  return { ...kind, id: guid(r), incident, created, tenant: cast.tenantId, evidence };
}
