import { leakBox, leakerSeat, leakIp } from '../leak.ts';
import { searchJson, viewJson } from './archive-life.ts';
import { hit, minuteOf } from './attack-in-mimecast.ts';
import { consoleJson, logOn } from './console-life.ts';
import type { MimecastScript } from './told-story.ts';

/**
 * The leak at Fabrikam as its Mimecast account saw it: the price lists trip a content rule that stops nothing, and the
 * next day an admin finds them in the archive.
 */
export function leakInMimecast(script: MimecastScript): void {
  const { cast } = script;
  const leaker = cast.staff.permanent(leakerSeat);
  const admin = cast.staff.permanent(0);
  script.log('audit-events', 17 * 60 + 50, time =>
    consoleJson(script.r, time, logOn(leaker.address, leakIp, 'Mimecast Personal Portal')),
  );
  for (const mail of script.mails.filter(it => it.recipients.includes(leakBox))) {
    script.log('dlp', minuteOf(script, mail), time =>
      hit(time, mail, 'Price lists leave the company', 'notification'),
    );
  }
  const afternoon = (24 + 14) * 60;
  script.log('archive-searches', afternoon + 40, time => searchJson(time, { by: admin.address, text: `from:${leaker.address} "price list"`, reason: 'HR 2026-77', description: 'Archive Search', path: 'All', isAdmin: true }), 2); // prettier-ignore
  for (const mail of script.mails) {
    script.log('archive-views', afternoon + 43, time =>
      viewJson(time, {
        by: admin.address,
        from: mail.sender,
        to: mail.recipients[0] ?? '',
        subject: String(JSON.parse(mail.subject)),
        sentAt: mail.time,
        contentViewed: true,
      }),
    );
  }
}
