import { attackerIp, dropBox, phishingSender, victimSeat } from '../attack.ts';
import type { GatewayMail } from './gateway-mail.ts';
import { searchJson, viewJson } from './archive-life.ts';
import { consoleJson, failedLogOn, logOn } from './console-life.ts';
import { clickJson, impersonationJson, policyHitJson } from './protection-logs.ts';
import type { MimecastScript } from './told-story.ts';

/** Where the phishing mail leads. */
export const phishingUrl = 'https://contoso-portal.example/session/renew';
const day = 24 * 60;

/**
 * The attack on Contoso as its Mimecast account saw it: the lookalike domain is noticed but let through to most, Lena
 * Okafor's click passes as clean an hour before the page is known, her portal is used to read the archive, and what
 * her rule forwards trips a content rule that only notifies.
 */
export function attackInMimecast(script: MimecastScript): void {
  const { cast } = script;
  const victim = cast.staff.permanent(victimSeat);
  const lure = script.mail('password expires');
  lookalike(script, lure);
  const click = (minute: number, user: string, blocked: boolean): void =>
    script.log('ttp-url', minute, time =>
      clickJson(time, {
        user,
        from: phishingSender,
        url: phishingUrl,
        subject: lure.subject,
        messageId: lure.messageId,
        ip: attackerIp,
        category: blocked ? 'Phishing & Fraud' : 'Unknown',
        malicious: blocked,
        blocked,
        route: 'inbound',
      }),
    );
  click(7 * 60 + 38, victim.address, false);
  click(9 * 60 + 5, cast.staff.permanent(0).address, true);
  script.siem('url protect', lure, {
    url: phishingUrl,
    urlCategory: 'Unknown',
    action: 'Allow',
    scanResults: 'clean',
  });
  const portal = 'Mimecast Personal Portal';
  script.log('audit-events', 8 * 60 + 17, time =>
    consoleJson(script.r, time, failedLogOn(victim.address, attackerIp, portal)),
  );
  script.log('audit-events', 8 * 60 + 20, time =>
    consoleJson(script.r, time, logOn(victim.address, attackerIp, portal)),
  );
  readTheArchive(script, victim.address);
  for (const mail of script.mails) {
    if (!mail.recipients.includes(dropBox)) continue;
    script.log('dlp', minuteOf(script, mail), time =>
      hit(time, mail, 'Kontonummern – ausgehend', 'notification'),
    );
  }
}

function lookalike(script: MimecastScript, lure: GatewayMail): void {
  const { cast } = script;
  const id = 'MTOKEN:SYNTHETICLOOKALIKE0001';
  for (const mail of script.mails.filter(it => it.sender === phishingSender)) {
    const held = mail.fate.action === 'Hld';
    for (const to of mail.recipients) {
      // One id on every recipient's row: it names the message and not the row.
      script.log('ttp-impersonation', 7 * 60 + 13, time =>
        impersonationJson(cast, time, {
          id,
          from: phishingSender,
          to,
          subject: lure.subject,
          messageId: lure.messageId,
          ip: attackerIp,
          similar: phishingSender.slice(phishingSender.indexOf('@') + 1),
          action: held ? 'hold' : 'none',
          malicious: held,
        }),
      );
    }
  }
  script.siem('impersonation protect', lure, {
    similarInternalDomain: 'true',
    action: 'Allow',
    taggedMalicious: 'false',
  });
}

function readTheArchive(script: MimecastScript, by: string): void {
  const { cast } = script;
  const morning = day + 6 * 60;
  // Pressed twice within the second: two rows that say the same.
  script.log('archive-searches', morning + 47, time => searchJson(time, { by, text: 'acquisition OR "bonus plan"', reason: '', description: 'Archive Search', path: 'All', isAdmin: false }), 2); // prettier-ignore
  const chair = cast.staff.permanent(1).address;
  for (const [minute, subject] of [
    [49, 'Board minutes'],
    [51, 'Re: acquisition – draft'],
  ] as const) {
    script.log('archive-views', morning + minute, time =>
      viewJson(time, {
        by,
        from: chair,
        to: by,
        subject,
        sentAt: time - 40 * 86_400_000,
        contentViewed: true,
      }),
    );
  }
  // Somebody looks into it, too late.
  script.log('archive-searches', day + 21 * 60, time =>
    searchJson(time, {
      by: cast.staff.permanent(0).address,
      text: `from:${phishingSender}`,
      reason: 'Incident 2026-041',
      description: 'Audit [Page 1] - Depth 100',
      path: 'All',
      isAdmin: true,
    }),
  );
}

export const minuteOf = (script: MimecastScript, mail: GatewayMail): number =>
  (mail.time - script.midnight) / 60_000;

export const hit = (time: number, mail: GatewayMail, policy: string, action: string): string =>
  policyHitJson(time, {
    from: mail.sender,
    to: mail.recipients[0] ?? '',
    subject: mail.subject,
    messageId: mail.messageId,
    route: mail.route,
    policy,
    action,
  });
