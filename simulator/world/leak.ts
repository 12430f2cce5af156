import type { Cast } from './cast.ts';
import { dataLoss } from './data-loss.ts';
import { facts } from './directory-happenings.ts';
import { byUser, changed, freshCorrelation, userTarget } from './directory-record.ts';
import { fileJson, ownSite } from './file-activity.ts';
import type { Key } from './random.ts';
import { storyOf, type Story } from './story.ts';

/** Where Tomás Ferreira works from when nobody looks. Nobody else in the world has it. */
export const leakIp = '198.51.100.77';
export const leakerSeat = 3;
export const leakBox = 'tomas.f@privatmail.example';

/**
 * Fabrikam's smaller story, no break-in: before he leaves, Tomás Ferreira shares price lists by anonymous links
 * and mails them to himself; an admin notices and resets his password. Minutes count from `midnight`, UTC.
 */
export function leakAt(cast: Cast, key: Key, midnight: number): Story {
  return storyOf(cast, key, midnight, script => {
    const { r } = script;
    const person = cast.staff.permanent(leakerSeat);
    const admin = cast.staff.permanent(0);
    const group = cast.groups[0];
    const site = cast.sites[1];
    if (group === undefined || site === undefined) throw new RangeError('a tenant without groups or sites');
    const evening = 18 * 60;
    for (let n = 0; n < 14; n += 1) {
      const linked = n % 3 === 0;
      script.content('Audit.SharePoint', evening + n * 2, time =>
        fileJson(cast, r, time, {
          operation: linked ? 'AnonymousLinkCreated' : 'FileDownloaded',
          person,
          ip: leakIp,
          agent: person.agent,
          site: linked ? ownSite(cast, person) : site,
          workload: linked ? 'OneDrive' : 'SharePoint',
          folder: 'Shared Documents/Preisliste',
          file: `Price list ${String(2_000 + n)} – vertraulich.xlsx`,
          recordType: linked ? 14 : 6,
          more: linked ? ',"EventData":"<Type>Edit</Type>"' : '',
        }),
      );
    }
    for (const n of [0, 1, 2]) {
      script.mail(evening + 35 + n * 4, {
        sender: person.address,
        recipients: [leakBox],
        statuses: ['delivered'],
        subject: `price lists, part ${String(n + 1)} of 3`,
        fromIp: leakIp,
        size: 9_400_000 + n,
      });
    }
    script.content('DLP.All', evening + 37, time => dataLoss(cast, r, time));
    const correlation = freshCorrelation(r);
    const about = { correlation, cast, admin, person, group, ip: admin.officeIp, steps: [] };
    script.audit(24 * 60 + 15 * 60, {
      ...facts(about, { activity: 'Reset user password', initiator: byUser(admin, admin.officeIp) }),
      targets: userTarget(person, changed('ForceChangePassword', [], [true])),
    });
  });
}
