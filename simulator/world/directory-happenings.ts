import { addressOf, type Cast, type Group } from './cast.ts';
import {
  agentDetails, byApp, byNobody, byUser, changed, freshCorrelation, groupTarget, noDetails, plainChange, roles,
  roleTargets, thingTarget, userTarget, type AuditFacts,
} from './directory-record.ts'; // prettier-ignore
import type { Person } from './people.ts';
import { below, between, chance, code, guid, hex8, pick, table, type Random } from './random.ts';

/** What one operation in the directory is about; all its records share the correlation id. */
export interface Happening {
  readonly correlation: string;
  readonly cast: Cast;
  readonly admin: Person;
  readonly person: Person;
  readonly group: Group;
  readonly ip: string;
  readonly steps: readonly Step[];
}
export type Step = (r: Random, about: Happening) => AuditFacts;

/** An ordinary operation at that time. */
export function happeningOf(cast: Cast, r: Random, time: number): Happening {
  const admin = cast.staff.admin(r);
  const steps = kinds(r);
  return {
    correlation: freshCorrelation(r),
    cast,
    admin,
    person: cast.staff.someone(r, time),
    group: pick(r, cast.groups),
    ip: addressOf(r, admin),
    // Directory synchronisation comes in bursts.
    steps: steps === syncBurst ? Array.from({ length: between(r, 4, 24) }, () => syncedUser) : steps,
  };
}

/** The parts most records have in common. */
export function facts(about: Happening, over: Partial<AuditFacts>): AuditFacts {
  return {
    prefix: 'Directory',
    correlation: about.correlation,
    category: 'UserManagement',
    activity: 'Update user',
    service: 'Core Directory',
    operation: 'Update',
    result: 'success',
    reason: '',
    initiator: byUser(about.admin, about.ip),
    targets: userTarget(about.person, ''),
    details: agentDetails(about.admin.agent),
    ...over,
  };
}

const titles = [
  'Analyst',
  'Team Lead',
  'Consultant',
  'Directrice',
  'Sachbearbeiter',
  'Engineer II',
  'Contractor',
];
const updated = (names: string): string => changed('Included Updated Properties', null, names);

const userUpdated: Step = (r, about) =>
  facts(about, {
    targets: userTarget(
      about.person,
      `${changed('JobTitle', [pick(r, titles)], [pick(r, titles)])},` +
        `${changed('Department', [about.person.department], [pick(r, titles)])},${updated('JobTitle, Department')}`,
    ),
  });
const userRefused: Step = (_, about) =>
  facts(about, {
    result: 'failure',
    reason: 'Microsoft.Online.Workflows.InsufficientPrivilegesException',
    initiator: byUser(about.person, about.person.homeIp),
    targets: userTarget(about.admin, changed('AccountEnabled', [true], [false])),
  });
const passwordReset: Step = (_, about) =>
  facts(about, {
    activity: 'Reset user password',
    operation: 'Update',
    targets: userTarget(about.person, `${changed('ForceChangePassword', [], [true])},${updated('')}`),
  });
const selfService: Step = (r, about) =>
  facts(about, {
    prefix: 'SSPR',
    activity: 'Reset password (self-service)',
    service: 'Self-service Password Management',
    operation: 'Reset',
    result: chance(r, 0.2) ? 'failure' : 'success',
    reason: 'User submitted a new password',
    initiator: byUser(about.person, about.person.homeIp),
    details: '[{"key":"OnPremisesAgent","value":"None"}]',
  });
const groupChanged =
  (joined: boolean): Step =>
  (_, about) => {
    const value = (name: string, text: string): string =>
      joined ? changed(name, null, text) : changed(name, text, null);
    const name: unknown = JSON.parse(about.group.nameJson);
    const changes = `${value('Group.ObjectID', about.group.id)},${value('Group.DisplayName', String(name))}`;
    return facts(about, {
      category: 'GroupManagement',
      activity: joined ? 'Add member to group' : 'Remove member from group',
      operation: joined ? 'Assign' : 'Unassign',
      targets: `${userTarget(about.person, changes)},${groupTarget(about.group, '')}`,
    });
  };
const groupUpdated: Step = (r, about) =>
  facts(about, {
    prefix: 'SSGM',
    category: 'GroupManagement',
    activity: 'Update group',
    service: 'Self-service Group Management',
    initiator: byUser(about.person, about.ip),
    targets: groupTarget(
      about.group,
      changed('Description', ['—'], [`Neu ab ${String(between(r, 1, 28))}.`]),
    ),
    details: noDetails,
  });
export const licenceChanged: Step = (_, about) =>
  facts(about, {
    activity: 'Change user license',
    operation: '',
    initiator: chance(_, 0.5) ? byApp(pick(_, about.cast.principals)) : byUser(about.admin, about.ip),
    targets: userTarget(
      about.person,
      changed('AssignedLicense', [], ['[SkuName=DEMO_E5, AccountId=1, DisabledPlans=[]]']),
    ),
  });
const deviceAdded: Step = (_, about) =>
  facts(about, {
    category: 'Device',
    activity: 'Add registered owner to device',
    service: 'Device Registration Service',
    operation: 'Assign',
    initiator: byApp(about.cast.principals[3] ?? pick(_, about.cast.principals)),
    targets:
      `${thingTarget('Device', guid(_), `"${about.person.device}"`, plainChange('DeviceOSType', null, 'Windows'))},` +
      userTarget(about.person, ''),
    details: '[{"key":"Device Trust Type","value":"AzureAd"}]',
  });
const securityInfo: Step = (_, about) =>
  facts(about, {
    prefix: 'AuthenticationMethods',
    activity: 'User registered security info',
    service: 'Authentication Methods',
    operation: 'Add',
    reason: 'User registered Authenticator App with Notification and Code',
    initiator: byUser(about.person, about.person.officeIp),
    details: noDetails,
  });
const policyChanged: Step = (r, about) =>
  facts(about, {
    category: 'Policy',
    activity: 'Update conditional access policy',
    service: 'Conditional Access',
    targets: thingTarget(
      'Policy',
      guid(r),
      '"Require MFA for admins – alle Standorte"',
      changed('ConditionalAccessPolicy', { state: 'enabled', revision: below(r, 9) }, { state: 'enabledForReportingButNotEnforced' }),
    ),
  }); // prettier-ignore
const secretAdded: Step = (r, about) => {
  const app = pick(r, about.cast.principals);
  const key = `[KeyIdentifier=${guid(r)},KeyType=Password,KeyUsage=Verify,DisplayName=${code(r, 6)}]`;
  return facts(about, {
    category: 'ApplicationManagement',
    activity: 'Update application – Certificates and secrets management ',
    targets: thingTarget(
      'Application',
      app.appId,
      app.nameJson,
      `${changed('KeyDescription', [], [key])},${updated('KeyDescription')}`,
    ),
  });
};
const tokensRevoked: Step = (_, about) =>
  facts(about, {
    activity: 'Update StsRefreshTokenValidFrom Timestamp',
    initiator: byNobody,
    targets: userTarget(about.person, changed('StsRefreshTokensValidFrom', [], ['2026-01-01T00:00:00Z'])),
    details: noDetails,
  });
const syncedUser: Step = (r, about) =>
  facts(about, {
    initiator: byApp(about.cast.principals[1] ?? pick(r, about.cast.principals)),
    targets: userTarget(
      about.cast.staff.permanent(below(r, 6)),
      `${changed('OnPremisesImmutableId', [hex8(r)], [hex8(r)])},${plainChange('Action Client Name', null, 'DirectorySync')}`,
    ),
    details: noDetails,
  });
/** One activation of an eligible role leaves records of two services. */
const activation: readonly Step[] = [
  (r, about) => pimFacts(r, about, 'Add member to role requested (PIM activation)', 'PIM'),
  (_, about) =>
    facts(about, {
      category: 'RoleManagement',
      activity: 'Add member to role',
      operation: 'Assign',
      initiator: byApp(about.cast.principals[0] ?? pick(_, about.cast.principals)),
      targets: roleTargets(about.admin, roles.userAdministrator, about.cast.groups[0]?.id ?? '', true),
    }),
  (r, about) => pimFacts(r, about, 'Add member to role completed (PIM activation)', 'PIM'),
];
const pimFacts = (_: Random, about: Happening, activity: string, service: string): AuditFacts =>
  facts(about, {
    prefix: 'PIM',
    category: 'RoleManagement',
    activity,
    service,
    operation: 'ActivateRole',
    reason: 'Wartung \\"Drucker\\" / planned maintenance',
    initiator: byUser(about.admin, about.ip),
    targets: roleTargets(about.admin, roles.userAdministrator, about.cast.groups[0]?.id ?? '', true),
    details: `[{"key":"RoleDefinitionOriginType","value":"BuiltInRole"},{"key":"ipaddr","value":"${about.ip}"}]`,
  });

const syncBurst: readonly Step[] = [syncedUser];
const kinds = table<readonly Step[]>([
  { weight: 22, value: [userUpdated] },
  { weight: 3, value: [userRefused] },
  { weight: 7, value: [passwordReset] },
  { weight: 5, value: [selfService] },
  { weight: 14, value: [groupChanged(true)] },
  { weight: 8, value: [groupChanged(false)] },
  { weight: 6, value: [groupUpdated] },
  { weight: 10, value: [licenceChanged] },
  { weight: 6, value: [deviceAdded] },
  { weight: 5, value: [securityInfo] },
  { weight: 2, value: [policyChanged] },
  { weight: 2, value: [secretAdded] },
  { weight: 5, value: [tokensRevoked] },
  { weight: 6, value: activation },
  { weight: 4, value: syncBurst },
]);
