import { intuneJson, type IntuneFacts } from './intune-life.ts';
import { guid } from './random.ts';
import {
  alertJson, incidentJson, ipEvidence, messageEvidence, userEvidence, versionsOf, type AlertFacts, type Stage,
} from './security-record.ts'; // prettier-ignore
import { personFacts, principalFacts } from './sign-in-life.ts';
import { signInJson, type SignInFacts } from './sign-in-record.ts';
import type { Script } from './story.ts';
import { attackTown } from './towns.ts';
import type { GraphFeed, SimRecord } from './world.ts';

/** Who attacks whom, and with what. */
export interface Attack {
  readonly ip: string;
  readonly seat: number;
  readonly agent: string;
  readonly app: string;
  readonly sender: string;
}

const hour = 60;
const day = 24 * hour;
/** The number of the incident that all alerts of the attack belong to. */
export const attackIncident = '924';

/** What sign-ins, Intune and Defender tell of the attack. */
export function attackInGraph(script: Script, attack: Attack): void {
  signIns(script, attack);
  devices(script, attack);
  alerts(script, attack);
}

function signIns(script: Script, attack: Attack): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(attack.seat);
  const put = (feed: GraphFeed, minute: number, made: (time: number) => SignInFacts): void =>
    script.graph(feed, minute, time => {
      const facts = made(time);
      const state = { ...r };
      // Both versions of Graph tell the same sign-in.
      const stable = signInJson({ ...state }, facts, 'v1.0');
      const full = signInJson(r, facts, 'beta');
      return [
        { time, visibleAt: time + 45_000, json: (_asOf, version) => (version === 'v1.0' ? stable : full) },
      ];
    });
  const asVictim = (kind: SignInFacts['kind'], what: Partial<SignInFacts>) => (time: number) =>
    personFacts(
      victim,
      { kind, time, ip: attack.ip, town: attackTown },
      { agent: attack.agent, device: '', ...what },
    );
  const wrong = {
    error: 50_126,
    reason: 'Error validating credentials due to invalid username or password.',
  };
  for (const minute of [41, 43, 44, 46])
    put('signIns.interactive', 7 * hour + minute, asVictim('interactive', wrong));
  const suspicious = { risk: 'high', riskTypes: ['unfamiliarFeatures', 'anonymizedIPAddress'] } as const;
  for (const minute of [7 * hour + 52, 12 * hour + 20, day + 6 * hour + 30, day + 18 * hour]) {
    put('signIns.interactive', minute, asVictim('interactive', suspicious));
  }
  for (const minute of [8 * hour + 20, 9 * hour + 20, 12 * hour + 50, day + 7 * hour, day + 18 * hour + 30]) {
    put('signIns.nonInteractive', minute, asVictim('nonInteractive', {}));
  }
  const robot = { id: guid(r), appId: guid(r), name: attack.app, nameJson: JSON.stringify(attack.app) };
  for (const minute of [day + 6 * hour + 50, day + 18 * hour + 2]) {
    put('signIns.servicePrincipal', minute, time =>
      principalFacts(robot, { kind: 'servicePrincipal', time, ip: attack.ip, town: attackTown }),
    );
  }
  put('signIns.managedIdentity', day + 19 * hour + 5, time =>
    principalFacts(
      { ...robot, name: 'vm-backup' },
      { kind: 'managedIdentity', time, ip: attack.ip, town: null, resource: 'Azure Key Vault' },
    ),
  );
}

/** As Global Administrator the attacker loosens a rule and wipes the victim's device. */
function devices(script: Script, attack: Attack): void {
  const { cast, r } = script;
  const admin = cast.staff.permanent(attack.seat);
  const put = (
    minute: number,
    facts: Pick<IntuneFacts, 'activity' | 'operation' | 'category' | 'component' | 'target'>,
  ): void =>
    script.graph('intune.audits', minute, time => {
      const json = intuneJson(r, time, { ...facts, admin, ip: attack.ip, result: 'Success', changes: [] });
      return [{ time, visibleAt: time + 60_000, json: () => json }];
    });
  const policy = {
    category: 'Compliance',
    component: 'DeviceCompliancePolicy',
    target: 'Disk must be encrypted',
  };
  put(day + 7 * hour + 40, { activity: 'Delete DeviceCompliancePolicy', operation: 'Delete', ...policy });
  const device = { category: 'Device', component: 'ManagedDevice', target: admin.device };
  put(day + 19 * hour + 20, { activity: 'wipe ManagedDevice', operation: 'Action', ...device });
}

type Raised = Omit<AlertFacts, 'id' | 'incident' | 'created' | 'tenant' | 'evidence'> & {
  readonly minute: number;
  readonly mail?: boolean;
};
const raised: readonly Raised[] = [
  { minute: 7 * hour + 30, title: 'Mail with a link to a page that asks for passwords was delivered', category: 'InitialAccess', service: 'microsoftDefenderForOffice365', detection: 'microsoftDefenderForOffice365', product: 'Microsoft Defender for Office 365', technique: 'T1566.002', mail: true },
  { minute: 8 * hour + 1, title: 'Sign-in from an anonymous address', category: 'InitialAccess', service: 'azureAdIdentityProtection', detection: 'azureAdIdentityProtection', product: 'Microsoft Entra ID Protection', technique: 'T1090' },
  { minute: 8 * hour + 25, title: 'Suspicious inbox forwarding', category: 'Collection', service: 'microsoftDefenderForCloudApps', detection: 'cloudAppSecurity', product: 'Microsoft Defender for Cloud Apps', technique: 'T1114.003' },
  { minute: day + 7 * hour + 20, title: 'An account gave itself the Global Administrator role', category: 'PrivilegeEscalation', service: 'microsoft365Defender', detection: 'customDetection', product: 'Microsoft Defender XDR', technique: 'T1098.003' },
  { minute: day + 18 * hour + 35, title: 'Mass download by a single user', category: 'Exfiltration', service: 'microsoftDefenderForCloudApps', detection: 'cloudAppSecurity', product: 'Microsoft Defender for Cloud Apps', technique: 'T1530' },
]; // prettier-ignore

function alerts(script: Script, attack: Attack): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(attack.seat);
  const analyst = cast.staff.permanent(0).address;
  const delay = 60_000;
  const first = (time: number): Stage => ({
    time, status: 'new', severity: 'high', assignedTo: null, classification: null, determination: null,
    investigation: 'running', more: [],
  }); // prettier-ignore
  const later = (time: number): Stage => ({ ...first(time), status: 'inProgress', assignedTo: analyst });
  for (const { minute, mail = false, ...kind } of raised) {
    script.graph('security.alerts', minute, (time): readonly SimRecord[] => {
      const phishing = {
        sender: attack.sender,
        recipient: victim.address,
        subject: 'Action required',
        ip: attack.ip,
      };
      const evidence = [
        userEvidence(time, victim, mail ? ['attacked'] : ['compromised']),
        ipEvidence(time, attack.ip, attackTown.country, ['attacker']),
        ...(mail ? [messageEvidence(time, r, phishing)] : []),
      ];
      const facts = {
        ...kind,
        id: guid(r),
        incident: attackIncident,
        created: time,
        tenant: cast.tenantId,
        evidence,
      };
      return versionsOf([first(time), later(time + 40 * 60_000)], delay, stage => alertJson(facts, stage));
    });
  }
  script.graph('security.incidents', 8 * hour + 2, (created): readonly SimRecord[] => {
    const title = 'Multi-stage incident involving Initial access and Exfiltration on one account';
    const summary = `One account used from ${attack.ip}: forwarding, consent, a role, a mass download.`;
    const facts = { id: attackIncident, created, tenant: cast.tenantId, title, summary };
    const grown: Stage[] = [
      { ...first(created), severity: 'medium' },
      later(created + 50 * 60_000),
      later(created + 35 * 3_600_000),
    ];
    return versionsOf(grown, delay, stage => incidentJson(facts, stage));
  });
}
