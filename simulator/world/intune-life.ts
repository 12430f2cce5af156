import type { Cast } from './cast.ts';
import { auditDelay } from './directory-life.ts';
import type { Pace } from './pace.ts';
import type { Person } from './people.ts';
import { below, chance, code, countAbout, guid, randomOf, table, type Key, type Random } from './random.ts';
import type { SlotFeed } from './slots.ts';
import type { SimRecord } from './world.ts';

/** What one Intune audit says. */
export interface IntuneFacts {
  readonly activity: string;
  readonly operation: string;
  readonly category: string;
  readonly component: string;
  readonly result: 'Success' | 'Failure';
  readonly admin: Person;
  /** Null in nearly every answer of the service. */
  readonly ip: string | null;
  readonly target: string | null;
  /** Name, value before, value after. */
  readonly changes: readonly (readonly [string, string | null, string | null])[];
}

const text = (value: string | null): string => JSON.stringify(value);

export function intuneJson(r: Random, time: number, facts: IntuneFacts): string {
  const digits = String(below(r, 10_000)).padStart(4, '0');
  const changes = facts.changes
    .map(
      ([name, before, after]) =>
        `{"displayName":${text(name)},"oldValue":${text(before)},"newValue":${text(after)}}`,
    )
    .join(',');
  return (
    `{"id":"${guid(r)}","displayName":"${facts.activity}","componentName":"${facts.component}","activity":null,` +
    `"activityDateTime":"${new Date(time).toISOString().slice(0, 23)}${digits}Z","activityType":"${facts.activity}",` +
    `"activityOperationType":"${facts.operation}","activityResult":"${facts.result}","correlationId":"${guid(r)}","category":"${facts.category}",` +
    `"actor":{"auditActorType":"ItPro","userPermissions":["*"],"applicationId":"5926fc8e-0000-4000-8000-58ca97cc39a4",` +
    `"applicationDisplayName":"Intune portal","userPrincipalName":"${facts.admin.address}","servicePrincipalName":null,` +
    `"ipAddress":${text(facts.ip)},"userId":"${facts.admin.id}"},` +
    `"resources":[{"displayName":${text(facts.target ?? '<null>')},"auditResourceType":"${facts.component}","resourceId":"${guid(r)}","modifiedProperties":[${changes}]}]}`
  );
}

type Made = Pick<IntuneFacts, 'activity' | 'operation' | 'category' | 'component' | 'target' | 'changes'>;
type Maker = (r: Random, person: Person) => Made;

const onDevice =
  (action: string): Maker =>
  (_, person) => ({
    activity: `${action} ManagedDevice`, operation: 'Action', category: 'Device', component: 'ManagedDevice',
    target: person.device, changes: [],
  }); // prettier-ignore
const policy: Maker = r => ({
  activity: 'Patch DeviceConfiguration', operation: 'Patch', category: 'DeviceConfiguration', component: 'DeviceConfiguration',
  target: 'Office Wi-Fi – alle Standorte',
  // What the service shows as it was typed in.
  changes: [['PreSharedKey', code(r, 12), code(r, 12)], ['Description', '', 'Neuer Schlüssel']],
}); // prettier-ignore
const assignment: Maker = r => ({
  activity: 'Create DeviceManagementConfigurationPolicyAssignment', operation: 'Create', category: 'DeviceConfiguration',
  component: 'DeviceManagementConfigurationPolicyAssignment', target: null,
  changes: [['Target.Type', null, 'GroupAssignmentTarget'], ['Target.GroupId', null, guid(r)]],
}); // prettier-ignore
const application: Maker = r => ({
  activity: 'Patch MobileApp', operation: 'Patch', category: 'Application', component: 'MobileApp', target: 'Payroll client',
  changes: [['DisplayVersion', '1.0', `1.${String(below(r, 40))}`], ['InstallCommandLine', null, 'setup.exe /S']],
}); // prettier-ignore
const compliance: Maker = () => ({
  activity: 'Patch DeviceCompliancePolicy', operation: 'Patch', category: 'Compliance', component: 'DeviceCompliancePolicy',
  target: 'Disk must be encrypted', changes: [['PasswordMinimumLength', '8', '10']],
}); // prettier-ignore

const makers = table<Maker>([
  { weight: 40, value: onDevice('syncDevice') },
  { weight: 8, value: onDevice('rebootNow') },
  { weight: 2, value: onDevice('retire') },
  { weight: 14, value: policy },
  { weight: 14, value: assignment },
  { weight: 16, value: application },
  { weight: 6, value: compliance },
]);

/** Intune audits. */
export function intuneLife(cast: Cast, key: Key, pace: Pace): SlotFeed<SimRecord> {
  const slot = (at: number): readonly SimRecord[] => {
    const count = countAbout(randomOf(key, at, -1), pace.expected(at));
    const records = Array.from({ length: count }, (_, n): SimRecord => {
      const r = randomOf(key, at, n);
      const time = at * pace.width + below(r, pace.width);
      return {
        time,
        visibleAt: time + auditDelay(r),
        json: () => {
          const own = randomOf(key, at, n + 100_000);
          const made = makers(own)(own, cast.staff.someone(own, time));
          const admin = cast.staff.admin(own);
          return intuneJson(own, time, {
            ...made,
            admin,
            ip: null,
            result: chance(own, 0.05) ? 'Failure' : 'Success',
          });
        },
      };
    });
    return records.sort((a, b) => a.time - b.time);
  };
  return { width: pace.width, slot };
}
