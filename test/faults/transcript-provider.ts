import { AppError } from '../../shared/kernel/errors.ts';
import type { ProviderApi } from '../../shared/ports/http-client.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { aboutFixtures, contoso, type Transcript } from '../../tools/source-goldens.ts';
import { reply, wireServer, type WireCall, type WireServer } from '../support/wire-server.ts';

/** An answer about to be written. */
export interface Made {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether records come in it. */
  readonly holdsRecords: boolean;
  /** Whether the request came by a link of an earlier answer. */
  readonly followed: boolean;
  /** Data requests of this run before it. */
  readonly before: number;
  /** The address it was asked for at. */
  readonly url: string;
}
/** Writes an answer its own way; false: it is written as it should be. */
export type Spoil = (call: WireCall, made: Made) => boolean;

/** A provider that answers from a transcript, on a real socket, and spoils answers when told to. */
export interface TranscriptProvider {
  readonly url: string;
  /** From now on it is this source's provider, to a tenant of this id. */
  play(source: Source, transcript: Transcript, tenant: string): void;
  /** Null: it behaves. Begins a new count of requests. */
  spoil(spoil: Spoil | null): void;
  /** How the token endpoint answers while it is spoilt too. */
  spoilTokens(on: boolean): void;
  /** Requests that nothing in the transcript answers. */
  readonly strange: string[];
  readonly followedLinks: () => number;
  close(): Promise<void>;
}

/** The folder each API is reached under, as demo settings have it, and the origin transcripts write. */
const areas: Readonly<Record<string, { readonly area: string; readonly origin: string }>> = {
  graph: { area: '/graph', origin: 'https://graph.microsoft.com' },
  management: { area: '/manage', origin: 'https://manage.office.com' },
  mimecast: { area: '/mimecast/global', origin: 'https://api.services.mimecast.com' },
} satisfies Partial<Record<ProviderApi, unknown>>;

export const playable = (api: ProviderApi): boolean => api in areas;

export async function transcriptProvider(): Promise<TranscriptProvider> {
  let stage: Stage | null = null;
  let spoil: Spoil | null = null;
  let spoiltTokens = false;
  let before = 0;
  let followed = 0;
  const strange: string[] = [];
  const server: WireServer = await wireServer(call => {
    if (/^\/login\/|\/oauth\/token$/.test(call.target)) return token(call, spoiltTokens);
    if (stage === null) return reply(call, 503, '{}');
    const found = stage.answer(call);
    if (found === null) {
      strange.push(`${call.method} ${call.target}`);
      return reply(call, 404, '{"error":{"code":"NotInTranscript","message":"not in the transcript"}}');
    }
    const made = { ...found, before, url: `${url}${call.target}` };
    before += 1;
    if (made.followed) followed += 1;
    if (spoil === null || !spoil(call, made)) reply(call, made.status, made.body, made.headers);
  });
  const url = server.url.href.replace(/\/$/, '');
  return {
    url,
    strange,
    play(source, transcript, tenant) {
      stage = stageOf(source, transcript, tenant, url);
      before = 0;
      followed = 0;
      spoil = null;
    },
    spoil(next) {
      spoil = next;
      before = 0;
    },
    spoilTokens(on) {
      spoiltTokens = on;
    },
    followedLinks: () => followed,
    close: () => server.close(),
  };
}

function token(call: WireCall, spoilt: boolean): void {
  if (spoilt) return reply(call, 503, '{"error":"temporarily_unavailable","error_codes":[90033]}');
  // Short-lived: whoever needs one asks for one.
  return reply(call, 200, '{"token_type":"Bearer","expires_in":1,"ext_expires_in":1,"access_token":"a.b.c"}');
}

interface Stage {
  answer(call: WireCall): Omit<Made, 'before' | 'url'> | null;
}

function stageOf(source: Source, transcript: Transcript, tenant: string, url: string): Stage {
  const placed = (text: string): string => {
    const moved = Object.values(areas).reduce(
      (whole, { area, origin }) => whole.replaceAll(origin, `${url}${area}`),
      text,
    );
    return moved.replaceAll(contoso.id, tenant);
  };
  const exchanges = transcript.exchanges.map(({ request, reply: said }) => {
    const headers = Object.fromEntries(
      Object.entries(said.headers).map(([name, value]) => [name, placed(value)]),
    );
    const body = placed(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
    const line = plain(request.replaceAll(contoso.id, tenant));
    return {
      line,
      path: pathOf(line),
      headers,
      body,
      status: said.status,
      holdsRecords: holdsRecords(source, body),
    };
  });
  const said = exchanges.map(({ body, headers }) => plain(body + JSON.stringify(headers))).join('\n');
  return {
    answer(call) {
      const target = areaFree(call.target);
      const line = plain(`${call.method} ${target}`);
      const found =
        exchanges.find(
          one => one.line === line || one.line === plain(`${call.method} ${target} ${call.body}`),
        ) ??
        // Asked what the transcript does not tell, it says what it said last in such a place.
        exchanges.findLast(one => one.path === pathOf(line)) ??
        exchanges.findLast(one => folderOf(one.path) === folderOf(pathOf(line)));
      if (found === undefined) return null;
      return { ...found, followed: linked(said, plain(target)) };
    },
  };
}

/** A link may come back with a parameter more. */
const linked = (said: string, target: string): boolean => {
  for (let end = target.length; end > 0; end = target.lastIndexOf('&', end - 1)) {
    if (said.includes(`${target.slice(0, end)}"`)) return true;
  }
  return false;
};

const areaFree = (target: string): string => target.replace(/^\/(?:graph|manage|mimecast\/global)(?=\/)/, '');
const pathOf = (line: string): string => /^\S+ [^? ]+/.exec(line)?.[0] ?? line;
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Request lines are compared as they read, whatever was encoded on the way. */
function plain(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function holdsRecords(source: Source, body: string): boolean {
  try {
    const about = aboutFixtures(source);
    return Array.from(source.split(Buffer.from(body))).some(
      record => readRecord(source, record, about).kind === 'event',
    );
  } catch (thrown) {
    if (thrown instanceof AppError) return false; // not a page of records
    throw thrown;
  }
}
