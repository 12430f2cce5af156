import { addressOf, type Cast } from '../cast.ts';
import type { Pace } from '../pace.ts';
import { below, between, code, hex8, pick, table, type Key, type Random } from '../random.ts';
import type { SlotFeed } from '../slots.ts';
import type { SimRecord } from '../world.ts';
import { loggedOnce } from './archive-life.ts';
import { mimecastTime } from './mimecast-time.ts';

/** What happened in the administration console, or to somebody's own account. */
export interface ConsoleAct {
  readonly auditType: string;
  readonly category: string;
  readonly user: string;
  /** What stands before the date in `eventInfo`. */
  readonly said: string;
  readonly ip: string;
  readonly application: string;
  /** After the application, such as `Method: Cloud` or `Reason: …`. */
  readonly more?: string;
}

/** An audit event. `eventInfo` is one free text, with the time in the office's own clock. */
export function consoleJson(r: Random, time: number, act: ConsoleAct): string {
  const [day, clock = ''] = mimecastTime(time).split('T');
  return JSON.stringify({
    id: `eNoV${code(r, 30)}${hex8(r)}`,
    auditType: act.auditType,
    user: act.user,
    eventTime: mimecastTime(time),
    eventInfo:
      `${act.said}, Date: ${day ?? ''}, Time: ${clock}, IP: ${act.ip}, Application: ${act.application}` +
      (act.more === undefined ? '' : `, ${act.more}`),
    category: act.category,
  });
}

export const logOn = (user: string, ip: string, application: string): ConsoleAct => ({
  auditType: 'User Logged On',
  category: 'authentication_logs',
  user,
  said: `Successful authentication for ${user} <${user}>`,
  ip,
  application,
  more: 'Method: Cloud',
});
export const failedLogOn = (user: string, ip: string, application: string): ConsoleAct => ({
  auditType: 'Logon Authentication Failed',
  category: 'authentication_logs',
  user,
  said: `Failed authentication for ${user} <${user}>`,
  ip,
  application,
  more: 'Reason: Invalid Password',
});

const applications = ['Mimecast Personal Portal', 'Mimecast for Outlook', 'Mimecast Mobile'];
const adminConsole = 'Administration Console';

const changes = [
  [
    'Existing Policy Changed',
    'account_logs',
    'Policy: Anti-Spoofing – Standard, Property: enabled, Old: false, New: true',
  ],
  ['User Settings Changed', 'account_logs', 'Setting: language, Old: en, New: de'],
  ['User Role Added', 'user_account_and_role_logs', 'Role: Help Desk Administrator'],
  ['Profile Group Modified', 'profile_group_logs', 'Group: Gesperrte Absender, Added: cheap-watches.example'],
  ['Archive Task Completed', 'archive_service_logs', 'Task: Mailbox restore, Items: 214'],
  ['Review Set Updated', 'case_review_logs', 'Case: Projekt Übergabe, Set: first look'],
  ['API Application Updated', 'integrations_and_apis', 'Application: Log collection, Status: enabled'],
  ['Custom Report Definition Created', 'reporting_logs', 'Report: Weekly rejections'],
  ['Mimecast Support Login', 'mimecast_access_logs', 'Ticket: 1047'],
] as const;

const acts = table<(cast: Cast, r: Random, time: number) => ConsoleAct>([
  {
    weight: 55,
    value: (cast, r, time) => {
      const person = cast.staff.someone(r, time);
      return logOn(person.address, addressOf(r, person), pick(r, applications));
    },
  },
  {
    weight: 8,
    value: (cast, r, time) => {
      const person = cast.staff.someone(r, time);
      return failedLogOn(person.address, addressOf(r, person), pick(r, applications));
    },
  },
  {
    weight: 15,
    value: (cast, r) => {
      const admin = cast.staff.admin(r);
      return logOn(admin.address, addressOf(r, admin), adminConsole);
    },
  },
  {
    weight: 17,
    value: (cast, r) => {
      const admin = cast.staff.admin(r);
      const [auditType, category, said] = pick(r, changes);
      return {
        auditType,
        category,
        user: admin.address,
        said,
        ip: addressOf(r, admin),
        application: adminConsole,
      };
    },
  },
  {
    weight: 5,
    value: (cast, r) => ({
      auditType: 'Threat Intel Feed Download',
      category: 'reporting_logs',
      user: cast.staff.admin(r).address,
      said: `Threat intel multiple feeds download  - malware_grid_csv_${String(between(r, 1, 9_999))}.zip`,
      ip: `192.0.2.${String(200 + below(r, 30))}`,
      application: `${cast.name} Collector`,
    }),
  },
]);

/** Audit events of the account: the only log whose records have an id. */
export const consoleLife = (cast: Cast, key: Key, pace: Pace): SlotFeed<SimRecord> =>
  loggedOnce(key, pace, (r, time) => consoleJson(r, time, acts(r)(cast, r, time)));

/** What `get-categories` lists. */
export const auditCategories: readonly string[] = [
  ...new Set(['authentication_logs', ...changes.map(([, category]) => category)]),
];
