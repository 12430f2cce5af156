import { isPage, type Answer, type Reply, type Resolved } from '../exchange.ts';
import type { Site } from '../site.ts';
import type { ActiveFault } from './fault-board.ts';
import type { FaultedCall, Manner } from './fault.ts';

/** An answer ready to be sent, and how. */
export interface Outgoing {
  readonly reply: Reply;
  readonly manner: Manner | null;
  /** The provider's time, for the Date header. */
  readonly now: number;
}

/** Answers a request, with whatever faults hit it, in the order of an answer's making. */
export async function answerWithFaults(site: Site, resolved: Resolved): Promise<Outgoing> {
  const hitting = site.faults.hitting(resolved.route, resolved.tenant);
  if (hitting.length === 0) {
    // Entra's tokens are stamped by the base clock, and so is its Date header.
    const signsIn = resolved.route.startsWith('entra.') || resolved.route === 'mimecast.token';
    const now = signsIn ? site.clock.base() : site.clock.now();
    return { reply: rendered(await resolved.answer(now)), manner: null, now };
  }
  const about = (fault: ActiveFault): FaultedCall => ({
    site,
    route: resolved.route,
    tenant: resolved.tenant,
    continued: resolved.continued,
    options: fault.request.options ?? {},
    random: fault.random,
  });
  const now = skewed(site, hitting, about);
  const reply = insteadOf(site, hitting, about) ?? (await faultyAnswer(site, resolved, hitting, about, now));
  return { ...wired(site, hitting, about, reply), now };
}

type About = (fault: ActiveFault) => FaultedCall;

function skewed(site: Site, hitting: readonly ActiveFault[], about: About): number {
  let now = site.clock.now();
  for (const it of hitting) {
    if (it.fault.effect.stage !== 'clock') continue;
    now += it.fault.effect.skewMs(about(it));
    site.faults.used(it);
  }
  return now;
}

/** The first answer that stands in for the provider's. */
function insteadOf(site: Site, hitting: readonly ActiveFault[], about: About): Reply | null {
  for (const it of hitting) {
    const reply = it.fault.effect.stage === 'instead' ? it.fault.effect.reply(about(it)) : null;
    if (reply === null) continue;
    site.faults.used(it);
    return reply;
  }
  return null;
}

async function faultyAnswer(
  site: Site,
  resolved: Resolved,
  hitting: readonly ActiveFault[],
  about: About,
  now: number,
): Promise<Reply> {
  let answer: Answer = await resolved.answer(now);
  for (const it of hitting) {
    if (it.fault.effect.stage !== 'page' || !isPage(answer)) continue;
    const altered = it.fault.effect.alter(answer, about(it));
    if (altered === null) continue;
    site.faults.used(it);
    answer = altered;
  }
  let reply = rendered(answer);
  for (const it of hitting) {
    const altered = it.fault.effect.stage === 'reply' ? it.fault.effect.alter(reply, about(it)) : null;
    if (altered === null) continue;
    site.faults.used(it);
    reply = altered;
  }
  return reply;
}

/** How the answer is sent. One manner at a time: the oldest fault's. */
function wired(
  site: Site,
  hitting: readonly ActiveFault[],
  about: About,
  reply: Reply,
): Omit<Outgoing, 'now'> {
  for (const it of hitting) {
    if (it.fault.effect.stage !== 'wire') continue;
    const { manner } = it.fault.effect;
    // An empty body has no middle to be cut in.
    if (reply.body.length === 0 && manner.includes('body')) continue;
    site.faults.used(it);
    if (manner !== 'slow-first-byte') return { reply, manner };
    return { reply: { ...reply, delayMs: about(it).options['delayMs'] ?? 1_000 }, manner: null };
  }
  return { reply, manner: null };
}

const rendered = (answer: Answer): Reply =>
  isPage(answer) ? answer.render(answer.records, answer.next) : answer;
