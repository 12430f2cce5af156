import type { Cast } from './cast.ts';
import { auditDelay, auditRecord } from './directory-life.ts';
import { facts, licenceChanged, type Happening, type Step } from './directory-happenings.ts';
import { changed, freshCorrelation, groupTarget, userTarget } from './directory-record.ts';
import { between, randomOf, type Key } from './random.ts';
import type { Range } from './slots.ts';
import type { SimRecord } from './world.ts';

const added: Step = (_, about) =>
  facts(about, {
    activity: 'Add user',
    operation: 'Add',
    targets: userTarget(
      about.person,
      `${changed('AccountEnabled', [], [true])},${changed('DisplayName', [], [about.person.name])},` +
        `${changed('UserPrincipalName', [], [about.person.address])},${changed('UserType', [], ['Member'])}`,
    ),
  });
const grouped: Step = (_, about) =>
  facts(about, {
    category: 'GroupManagement',
    activity: 'Add member to group',
    operation: 'Assign',
    targets: `${userTarget(about.person, changed('Group.ObjectID', null, about.group.id))},${groupTarget(about.group, '')}`,
  });
const disabled: Step = (_, about) =>
  facts(about, {
    activity: 'Disable account',
    targets: userTarget(about.person, changed('AccountEnabled', [true], [false])),
  });
const deleted: Step = (_, about) =>
  facts(about, {
    activity: 'Delete user',
    operation: 'Delete',
    targets: userTarget(about.person, changed('Is Hard Deleted', null, 'False')),
  });
const joining: readonly Step[] = [added, licenceChanged, grouped];
const leaving: readonly Step[] = [disabled, deleted];
// A change's records spread over this long after it, so a range must look that far back for changes.
const spread = 4 * 3_600_000;

/** What the directory says of joiners and leavers in [from, to), sorted by time. */
export function joinersAndLeavers(cast: Cast, key: Key, range: Range): readonly SimRecord[] {
  const records = cast.staff.changes({ from: range.from - spread, to: range.to }).flatMap(change => {
    const r = randomOf(key, change.number, change.kind === 'join' ? 0 : 1_000);
    const admin = cast.staff.admin(r);
    const group = cast.groups[0];
    if (group === undefined) return [];
    const steps = change.kind === 'join' ? joining : leaving;
    const correlation = freshCorrelation(r);
    const about: Happening = {
      correlation,
      cast,
      admin,
      person: change.person,
      group,
      ip: admin.officeIp,
      steps,
    };
    let time = change.time;
    return steps.map((step, index) => {
      time += between(r, 1_000, spread / 4);
      const place = (change.kind === 'join' ? 0 : 1_000) + index + 1;
      return auditRecord(about, step, time, auditDelay(r), () => randomOf(key, change.number, place));
    });
  });
  return records
    .filter(record => record.time >= range.from && record.time < range.to)
    .sort((a, b) => a.time - b.time);
}
