import type { Cast } from './cast.ts';
import { facts, type Happening } from './directory-happenings.ts';
import {
  agentDetails, byUser, changed, freshCorrelation, roles, roleTargets, thingTarget, userTarget,
  type AuditFacts,
} from './directory-record.ts'; // prettier-ignore
import { doerOf, unifiedJson } from './audit-envelope.ts';
import { fileMatchJson } from './data-loss.ts';
import { fileJson } from './file-activity.ts';
import { alertFacts } from './general-activity.ts';
import { cmdletJson, mailboxJson } from './mailbox-activity.ts';
import { adminPolicy, everyonePolicy, policyIdOf } from './policy-state.ts';
import { guid, type Key } from './random.ts';
import { changeAct, directoryJson, signInAct } from './sign-in-activity.ts';
import { attackInGraph } from './attack-in-graph.ts';
import { storyOf, type Script, type Story } from './story.ts';

/** The one address the attacker works from. Nobody else in the world has it. */
export const attackerIp = '203.0.113.66';
/** The seat whose holder is phished. */
export const victimSeat = 3;
export const phishingSender = 'it-service@contoso-portal.example';
export const dropBox = 'lena.okafor@mail-drop.example';
const agent = 'Mozilla/5.0 (X11; Linux x86_64) Demo/119.0';
const app = 'Mail Backup Pro';
const day = 24 * 60;
/** Minutes after the world's birth. */
export const comesBack = { role: 4, exclusion: 6 };

/**
 * The attack on Contoso, over two days: a phishing mail reaches Lena Okafor, who may assign roles; somebody signs
 * in as her, forwards her mail outside, consents to an app, makes her Global Administrator, downloads the finance
 * and board sites, and tidies up; and minutes after the world's `birth` is back, for whoever watches by then. Minutes
 * count from `midnight`, UTC.
 */
export function attackOn(cast: Cast, key: Key, midnight: number, birth: number): Story {
  return storyOf(cast, key, midnight, script => {
    wayIn(script);
    forwarding(script);
    power(script);
    theft(script);
    tidyingUp(script);
    comingBack(script, (birth - midnight) / 60_000);
    attackInGraph(script, { ip: attackerIp, seat: victimSeat, agent, app, sender: phishingSender });
  });
}

function wayIn(script: Script): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  script.mail(7 * 60 + 12, {
    sender: phishingSender,
    recipients: [victim.address, ...[0, 1, 2, 4, 5].map(seat => cast.staff.permanent(seat).address)],
    statuses: ['delivered', 'delivered', 'filteredAsSpam', 'filteredAsSpam', 'quarantined', 'delivered'],
    subject: 'Action required: your password expires today / Ihr Kennwort läuft heute ab',
    fromIp: attackerIp,
    size: 21_480,
  });
  const signIn = (minute: number, error: string | null): void =>
    script.content('Audit.AzureActiveDirectory', minute, time =>
      directoryJson(cast, r, time, signInAct(victim, attackerIp, error, agent)),
    );
  for (const minute of [41, 43, 44, 46]) signIn(7 * 60 + minute, 'InvalidUserNameOrPassword');
  for (const minute of [7 * 60 + 52, 12 * 60 + 20, day + 6 * 60 + 30, day + 18 * 60]) signIn(minute, null);
  script.audit(8 * 60 + 3, {
    ...about(script, freshCorrelation(r)),
    prefix: 'AuthenticationMethods',
    activity: 'User registered security info',
    service: 'Authentication Methods',
    operation: 'Add',
    reason: 'User registered Authenticator App with Notification and Code',
    targets: userTarget(victim, ''),
  });
}

function forwarding(script: Script): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  const cmdlet = (minute: number, operation: string, parameters: Record<string, string>): void =>
    script.content('Audit.Exchange', minute, time =>
      cmdletJson(cast, r, time, {
        operation, doer: doerOf(victim), ip: `${attackerIp}:50412`, object: `${victim.address}\\.`, parameters, external: false,
      }),
    ); // prettier-ignore
  cmdlet(8 * 60 + 10, 'New-InboxRule', {
    Name: '.',
    ForwardTo: dropBox,
    SubjectOrBodyContainsWords: 'invoice;payment;bank;Rechnung',
    DeleteMessage: 'True',
    StopProcessingRules: 'True',
  });
  cmdlet(8 * 60 + 14, 'Set-Mailbox', {
    Identity: victim.address,
    ForwardingSmtpAddress: `smtp:${dropBox}`,
    DeliverToMailboxAndForward: 'True',
  });
  [9.2, 10.4, 11.1, 13.6, 15.3].forEach((hour, n) => {
    const recipients = [dropBox];
    const subject = `FW: Invoice ${String(20_417 + n * 13)}`;
    script.mail(hour * 60, {
      sender: victim.address, recipients, statuses: ['delivered'], subject, fromIp: '192.0.2.201', size: 64_000 + n,
    }); // prettier-ignore
  });
  for (const minute of [12 * 60 + 24, 12 * 60 + 31]) {
    script.content('Audit.Exchange', minute, time =>
      mailboxJson(cast, r, time, {
        operation: 'MailItemsAccessed', recordType: 50, person: victim, ip: attackerIp,
        subjects: ['Board minutes', 'Re: acquisition – draft'], folder: 'Inbox',
      }),
    ); // prettier-ignore
  }
  script.mail(12 * 60 + 35, {
    sender: victim.address,
    recipients: [0, 1, 2, 4, 5].map(seat => cast.staff.permanent(seat).address),
    statuses: ['delivered', 'delivered', 'delivered', 'quarantined', 'delivered'],
    subject: 'Shared with you: "Bonus plan Q4"',
    fromIp: attackerIp,
    size: 9_120,
  });
}

function power(script: Script): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  const consent = freshCorrelation(r);
  const principal = guid(r);
  const target = (type: string, changes: string): string =>
    thingTarget(type, principal, JSON.stringify(app), changes);
  const appRecord = (minute: number, activity: string, operation: string, changes: string): void =>
    script.audit(minute, {
      ...about(script, consent),
      category: 'ApplicationManagement',
      activity,
      operation,
      targets: target('ServicePrincipal', changes),
    });
  const scope = '[Id: 1, ConsentType: Principal, Scope: Mail.ReadWrite Files.Read.All offline_access]';
  const morning = day + 6 * 60;
  appRecord(morning + 40, 'Add service principal', 'Add', changed('DisplayName', [], [app]));
  appRecord(morning + 41, 'Add delegated permission grant', 'Assign',
    changed('DelegatedPermissionGrant.Scope', null, 'Mail.ReadWrite Files.Read.All offline_access')); // prettier-ignore
  appRecord(morning + 42, 'Consent to application', 'Assign',
    `${changed('ConsentContext.IsAdminConsent', null, 'False')},${changed('ConsentAction.Permissions', null, scope)}`); // prettier-ignore
  unified(script, morning + 42, 'Consent to application.', { id: principal, name: app });
  const roleObject = guid(r);
  const role = { id: victim.id, name: victim.address };
  const assign = (minute: number, result: 'success' | 'failure', added: boolean): void =>
    script.audit(minute, {
      ...about(script, freshCorrelation(r)),
      category: 'RoleManagement',
      activity: added ? 'Add member to role' : 'Remove member from role',
      operation: added ? 'Assign' : 'Unassign',
      result,
      reason: result === 'failure' ? 'Authorization_RequestDenied' : '',
      targets: roleTargets(victim, roles.globalAdministrator, roleObject, added),
    });
  assign(morning + 58, 'failure', true);
  assign(morning + 65, 'success', true);
  unified(script, morning + 65, 'Add member to role.', role);
  script.audit(morning + 90, {
    ...about(script, freshCorrelation(r)),
    category: 'Policy',
    activity: 'Update conditional access policy',
    service: 'Conditional Access',
    targets: thingTarget('Policy', policyIdOf(cast, adminPolicy), JSON.stringify(adminPolicy),
      changed('ConditionalAccessPolicy', { state: 'enabled' }, { state: 'disabled' })),
  }); // prettier-ignore
  // Taking the role away again belongs to the tidying up.
  assign(day + 19 * 60 + 12, 'success', false);
}

function theft(script: Script): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  const evening = day + 18 * 60;
  for (let n = 0; n < 64; n += 1) {
    const site = cast.sites[n % 3 === 0 ? 7 : 0];
    if (site === undefined) continue;
    script.content('Audit.SharePoint', evening + 4 + Math.floor(n / 3), time =>
      fileJson(cast, r, time, {
        operation: 'FileDownloaded', person: victim, ip: attackerIp, agent, site, workload: 'SharePoint',
        folder: n % 3 === 0 ? 'Shared Documents/Board' : 'Shared Documents/2026', recordType: 6, more: '',
        file: n % 3 === 0 ? `Protokoll Aufsichtsrat ${String(n)}.pdf` : `Forecast Q4 v${String(n)}.xlsx`,
      }),
    ); // prettier-ignore
  }
  const url = cast.sites[0]?.url ?? '';
  for (const n of [4, 19]) {
    script.content('DLP.All', evening + n, time =>
      fileMatchJson(cast, r, time, { person: victim, file: `Forecast Q4 v${String(n)}.xlsx`, url, severity: 'High' }),
    ); // prettier-ignore
  }
  script.content('Audit.General', evening + 29, time =>
    unifiedJson(cast, r, time, {
      ...alertFacts(r, { name: 'Mass download by a single user', severity: 'High', about: victim.address }),
      ip: attackerIp,
    }),
  );
}

function tidyingUp(script: Script): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  const late = day + 19 * 60;
  const cmdlet = (minute: number, operation: string, parameters: Record<string, string>): void =>
    script.content('Audit.Exchange', late + minute, time =>
      cmdletJson(cast, r, time, {
        operation, doer: { ...doerOf(victim), userType: 2 }, ip: `${attackerIp}:50980`, object: `${victim.address}\\.`,
        parameters, external: false,
      }),
    ); // prettier-ignore
  cmdlet(1, 'Remove-InboxRule', { Identity: `${victim.address}\\.`, Force: 'True' });
  cmdlet(3, 'Set-AdminAuditLogConfig', { UnifiedAuditLogIngestionEnabled: 'False' });
  for (const minute of [5, 6, 8]) {
    script.content('Audit.Exchange', late + minute, time =>
      mailboxJson(cast, r, time, {
        operation: 'HardDelete', recordType: 3, person: victim, ip: attackerIp,
        subjects: ['Alert: mass download by a single user', 'New sign-in to your account'], folder: 'Deleted Items',
      }),
    ); // prettier-ignore
  }
  script.audit(late + 16, {
    ...about(script, freshCorrelation(r)),
    activity: 'Disable Strong Authentication',
    targets: userTarget(victim, changed('StrongAuthenticationRequirement', [1], [])),
  });
}

/** Told last, so that what came before is the same whenever the world is born. */
function comingBack(script: Script, birth: number): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  script.audit(birth + comesBack.role, {
    ...about(script, freshCorrelation(r)),
    category: 'RoleManagement',
    activity: 'Add member to role',
    operation: 'Assign',
    targets: roleTargets(victim, roles.globalAdministrator, guid(r), true),
  });
  script.audit(birth + comesBack.exclusion, {
    ...about(script, freshCorrelation(r)),
    category: 'Policy',
    activity: 'Update conditional access policy',
    service: 'Conditional Access',
    targets: thingTarget('Policy', policyIdOf(cast, everyonePolicy), JSON.stringify(everyonePolicy),
      changed('ConditionalAccessPolicy', { excludeUsers: [] }, { excludeUsers: [victim.id] })),
  }); // prettier-ignore
}

/** The attacker, acting as the victim. */
function about(script: Script, correlation: string): AuditFacts {
  const { cast } = script;
  const person = cast.staff.permanent(victimSeat);
  const group = cast.groups[0];
  if (group === undefined) throw new RangeError('a tenant without groups');
  const happening: Happening = { correlation, cast, admin: person, person, group, ip: attackerIp, steps: [] };
  return facts(happening, {
    initiator: byUser(person, attackerIp),
    details: agentDetails(agent),
  });
}

/** The same change once more, as the unified audit log tells it. */
function unified(
  script: Script,
  minute: number,
  operation: string,
  target: { id: string; name: string },
): void {
  const { cast, r } = script;
  const victim = cast.staff.permanent(victimSeat);
  const modified =
    operation === 'Add member to role.'
      ? `{"Name":"Role.DisplayName","NewValue":"\\"Global Administrator\\"","OldValue":""}`
      : `{"Name":"ConsentContext.IsAdminConsent","NewValue":"\\"False\\"","OldValue":""}`;
  script.content('Audit.AzureActiveDirectory', minute, time =>
    directoryJson(cast, r, time, changeAct(operation, victim, attackerIp, target, modified)),
  );
}
