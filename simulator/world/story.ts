import type { Cast } from './cast.ts';
import { contentIdOf, contentTypes, expiryOf, type ContentType } from './content-id.ts';
import type { TimedBlob } from './content-blobs.ts';
import { auditJson, type AuditFacts } from './directory-record.ts';
import { traceRow, type Envelope } from './mail-flow.ts';
import { between, code, guid, randomOf, type Key, type Random } from './random.ts';
import { graphFeeds, type GraphFeed, type SimRecord } from './world.ts';

/** A written chain of events over all sources: small, fixed in time, laid over the tenant's ordinary life. */
export interface Story {
  /** Each sorted by time. */
  readonly directory: readonly SimRecord[];
  readonly traces: readonly SimRecord[];
  readonly blobs: Readonly<Record<ContentType, readonly TimedBlob[]>>;
  readonly graph: ReadonlyMap<GraphFeed, readonly SimRecord[]>;
}

export interface StoryMail {
  readonly sender: string;
  readonly recipients: readonly string[];
  /** What became of each copy; the last holds for the rest. */
  readonly statuses: readonly string[];
  readonly subject: string;
  readonly fromIp: string;
  readonly size: number;
}

/** Takes down what happens, by minutes after the story's first midnight. */
export interface Script {
  readonly cast: Cast;
  /** Chance of the story's own: ids and the like. */
  readonly r: Random;
  audit(minute: number, facts: AuditFacts): void;
  mail(minute: number, mail: StoryMail): void;
  /** `write` gets the event's time and returns the record's JSON. */
  content(contentType: ContentType, minute: number, write: (time: number) => string): void;
  /** `write` gets the event's time and returns the record, or each version of it. */
  graph(feed: GraphFeed, minute: number, write: (time: number) => readonly SimRecord[]): void;
}

interface Noted {
  readonly time: number;
  readonly json: string;
}
const minuteMs = 60_000;
/** Events of a story that end up in one blob. */
const blobFill = 20;

/** Runs the script and sorts what it took down. The same key and midnight give the same story. */
export function storyOf(cast: Cast, key: Key, midnight: number, tell: (script: Script) => void): Story {
  const r = randomOf(key, Math.floor(midnight / 86_400_000), 0);
  const directory: SimRecord[] = [];
  const traces: SimRecord[] = [];
  const noted = contentTypes.map((): Noted[] => []);
  const graph = new Map(graphFeeds.map((feed): [GraphFeed, SimRecord[]] => [feed, []]));
  // No two events in the same millisecond, nor on the full minute.
  const at = (minute: number): number => midnight + minute * minuteMs + between(r, 100, 50_000);
  tell({
    cast,
    r,
    audit: (minute, facts) => {
      const time = at(minute);
      const json = auditJson(r, time, facts);
      directory.push({ time, visibleAt: time + between(r, 30_000, 240_000), json: () => json });
    },
    mail: (minute, mail) => {
      const time = at(minute);
      const envelope = envelopeOf(r, time, mail);
      mail.recipients.forEach((recipient, n) => {
        const status = mail.statuses[Math.min(n, mail.statuses.length - 1)] ?? 'delivered';
        const fate = { first: status, last: status, settles: 0 };
        traces.push(traceRow(envelope, recipient, time, between(r, 5_000, 60_000), fate, '""'));
      });
    },
    content: (contentType, minute, write) => {
      const time = at(minute);
      noted[contentTypes.indexOf(contentType)]?.push({ time, json: write(time) });
    },
    graph: (feed, minute, write) => {
      graph.get(feed)?.push(...write(at(minute)));
    },
  });
  const byTime = (a: { time: number }, b: { time: number }): number => a.time - b.time;
  const blobsOf = (contentType: ContentType): readonly TimedBlob[] =>
    inBlobs(r, contentType, noted[contentTypes.indexOf(contentType)]?.sort(byTime) ?? []);
  return {
    directory: directory.sort(byTime),
    traces: traces.sort(byTime),
    graph: new Map([...graph].map(([feed, records]) => [feed, records.sort(byTime)])),
    blobs: {
      'Audit.AzureActiveDirectory': blobsOf('Audit.AzureActiveDirectory'),
      'Audit.Exchange': blobsOf('Audit.Exchange'),
      'Audit.SharePoint': blobsOf('Audit.SharePoint'),
      'Audit.General': blobsOf('Audit.General'),
      'DLP.All': blobsOf('DLP.All'),
    },
  };
}

function envelopeOf(r: Random, time: number, mail: StoryMail): Envelope {
  const host = mail.sender.slice(mail.sender.indexOf('@') + 1);
  return {
    id: guid(r),
    messageId: `"<${code(r, 20)}@mail.${host}>"`,
    received: new Date(time).toISOString(),
    sender: mail.sender,
    subject: JSON.stringify(mail.subject),
    size: mail.size,
    fromIp: `"${mail.fromIp}"`,
  };
}

/** Up to twenty events, or an hour's, to a blob made 15 to 45 minutes after the last of them. */
function inBlobs(r: Random, contentType: ContentType, events: readonly Noted[]): readonly TimedBlob[] {
  const groups: Noted[][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    const first = group?.[0];
    const fits = group !== undefined && first !== undefined && group.length < blobFill;
    if (fits && event.time - first.time < 60 * minuteMs) group.push(event);
    else groups.push([event]);
  }
  return groups
    .map((group, n): TimedBlob => {
      const created = (group.at(-1)?.time ?? 0) + between(r, 15 * minuteMs, 45 * minuteMs);
      const texts = group.map(event => event.json);
      return {
        time: created,
        // Numbers from 900 on: an ordinary slot never has so many blobs, so the ids cannot meet.
        contentId: contentIdOf(contentType, created, 900 + n, between(r, 0, 999)),
        contentCreated: created,
        contentExpiration: expiryOf(created),
        visibleAt: created + between(r, 500, 20_000),
        records: () => texts,
      };
    })
    .sort((a, b) => a.time - b.time);
}
