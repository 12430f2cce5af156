import { randomUUID } from 'node:crypto';
import { AppError } from '../../kernel/errors.ts';
import type { Secret } from '../../kernel/secret.ts';
import { hours, isWaitOver, minutes, plus, seconds, type Duration } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  HttpClient,
  HttpReply,
  HttpRequest,
  Judge,
  ProviderApi,
  Verdict,
} from '../../ports/http-client.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { ThrottleMemory } from '../../ports/throttle-memory.ts';
import { downloadTarget } from './download-address.ts';
import { defaultWireLimits, WireFault, type HttpTransport, type WireLimits } from './http-transport.ts';
import { judgeDownload } from './judge-download.ts';
import type { Pacer } from './pacer.ts';
import { providerAddress, requestTarget, type ProviderAddress } from './provider-address.ts';
import { familyOf, providerLimits, type PaceFamily } from './provider-limits.ts';
import { downloadHeaders, requestHeaders } from './request-headers.ts';
import { wireVerdict } from './wire-verdict.ts';

/** The token for one tenant and one API. */
export interface ApiToken {
  current(): Promise<Secret>;
  /** The provider refused this one: a newer one, fetched at most once however many ask. */
  renew(refused: Secret): Promise<Secret>;
}

export interface ProviderEndpoint {
  /** https, or http on loopback; its path is where everything of this API stands under. */
  readonly base: URL;
  readonly judge: Judge;
  readonly token: ApiToken;
  /** The first wait after a throttle that does not say how long; doubled while it goes on. */
  readonly firstThrottle: Duration;
  /** Hosts of this API's files, which get no credentials (see downloadTarget). Absent: it has none. */
  readonly fileHosts?: readonly string[];
}

export interface ProviderHttpOptions {
  readonly tenantId: string;
  readonly apis: Readonly<Partial<Record<ProviderApi, ProviderEndpoint>>>;
  /** These five are shared by all tenants' clients of a process. */
  readonly transport: HttpTransport;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly throttles: ThrottleMemory;
  readonly telemetry: Telemetry;
  /** From 0 to below 1, for jitter. */
  readonly random: () => number;
  readonly families?: readonly PaceFamily[];
  readonly limits?: Partial<WireLimits>;
  /** Requests made for one `send`, the first included. */
  readonly maxTries?: number;
  /** Throttles up to here are waited out; longer ones are the scheduler's business. */
  readonly patience?: Duration;
}

const firstBackoff = seconds(1);
const longestBackoff = seconds(30);
const shortestThrottle = seconds(1);
const longestGuess = minutes(5);
/** A provider that asks for more is asked again after an hour all the same: the header may be nonsense. */
const longestThrottle = hours(1);

/** The provider HTTP client of one tenant. See the port for what it promises. */
export function providerHttp(options: ProviderHttpOptions): HttpClient {
  const addresses = new Map<ProviderApi, ProviderAddress>();
  const addressOf = (api: ProviderApi, endpoint: ProviderEndpoint): ProviderAddress => {
    const known = addresses.get(api) ?? providerAddress(endpoint.base);
    addresses.set(api, known);
    return known;
  };
  return {
    async send(request, more) {
      const endpoint = options.apis[request.api];
      if (endpoint === undefined) throw notConfigured(request.api);
      const call =
        request.origin === 'download'
          ? downloadCall(options, endpoint, request)
          : apiCall(options, endpoint, addressOf(request.api, endpoint), request);
      return persist(options, call, more?.accept ?? []);
    },
  };
}

interface Call {
  readonly request: HttpRequest;
  readonly judge: Judge;
  /** Null where the request must carry none. */
  readonly token: ApiToken | null;
  readonly firstThrottle: Duration;
  readonly place: Pick<ProviderAddress, 'secure' | 'hostname' | 'port'>;
  readonly target: string;
  readonly family: PaceFamily | null;
  /** Under which a throttle that concerns this request may be remembered. */
  readonly keys: readonly string[];
  readonly throttleKey: string;
  readonly limits: WireLimits;
}
type Download = Extract<HttpRequest, { readonly origin: 'download' }>;

function apiCall(
  options: ProviderHttpOptions,
  { judge, token, firstThrottle }: ProviderEndpoint,
  place: ProviderAddress,
  request: Exclude<HttpRequest, Download>,
): Call {
  const target = requestTarget(place, request);
  const family = familyOf(options.families ?? providerLimits, request.api, below(place, target));
  const tenantKey = `${request.api}/${options.tenantId}`;
  const ownKey = family?.ownThrottle === true ? `${tenantKey}/${family.name}` : null;
  const keys = ownKey === null ? [tenantKey, request.api] : [tenantKey, request.api, ownKey];
  const throttleKey = ownKey ?? tenantKey;
  const limits = { ...defaultWireLimits, ...options.limits };
  return { request, judge, token, firstThrottle, place, target, family, keys, throttleKey, limits };
}

/** A file store is nobody's API: no credentials, no pace of the API's, and throttles of its own. */
function downloadCall(options: ProviderHttpOptions, endpoint: ProviderEndpoint, request: Download): Call {
  const place = downloadTarget(endpoint.fileHosts ?? [], request.url);
  const throttleKey = `${request.api}/${options.tenantId}/files`;
  return {
    request: { api: request.api, origin: 'download', url: request.url },
    judge: judgeDownload(request.api),
    token: null,
    firstThrottle: endpoint.firstThrottle,
    place,
    target: place.target,
    family: null,
    keys: [throttleKey],
    throttleKey,
    limits: { ...defaultWireLimits, ...options.limits },
  };
}

const below = (address: ProviderAddress, target: string): string => target.slice(address.prefix.length);

/** Asks until there is an answer to hand over, or a reason to stop. */
async function persist(
  options: ProviderHttpOptions,
  call: Call,
  accept: readonly number[],
): Promise<HttpReply> {
  const maxTries = options.maxTries ?? 5;
  let renewed = false;
  for (let tries = 1; ; tries += 1) {
    const { reply, verdict, token } = await attempt(options, call);
    if (verdict.kind === 'throttled') {
      await waitOutThrottle(options, call, verdict, tries, tries >= maxTries, reply);
    } else if (verdict.kind === 'transient') {
      const wait = verdict.afterMs ?? backoff(firstBackoff, tries, longestBackoff, options.random);
      if (tries >= maxTries || wait > patienceOf(options)) throw verdict.lasting;
      if (wait > 0) await options.clock.sleep(wait as Duration);
    } else if (verdict.kind === 'unauthorized' && !renewed && token !== null) {
      renewed = true;
      await call.token?.renew(token);
    } else {
      const good = reply !== null && reply.status >= 200 && reply.status < 300;
      if (reply !== null && ((verdict.kind === 'ok' && good) || accept.includes(reply.status))) return reply;
      throw verdict.kind === 'ok' ? oddVerdict() : verdict.error;
    }
  }
}

interface Attempt {
  readonly reply: HttpReply | null;
  readonly verdict: Verdict;
  readonly token: Secret | null;
}

/** One request: when nothing forbids it, in its turn, with a token. */
async function attempt(options: ProviderHttpOptions, call: Call): Promise<Attempt> {
  await heedThrottles(options, call);
  const entry = call.family === null ? null : options.pacer.enter(call.family, options.tenantId);
  const leave = await entry;
  try {
    // Somebody may have been throttled while we waited for our turn.
    if (entry instanceof Promise) await heedThrottles(options, call);
    const token = call.token === null ? null : await call.token.current();
    const made = await exchange(options, call, token);
    const { api } = call.request;
    options.telemetry.count('provider_requests', 1, { api, outcome: made.verdict.kind });
    if (made.reply !== null) options.telemetry.count('provider_bytes', made.reply.bytes.length, { api });
    return { ...made, token };
  } finally {
    leave?.();
  }
}

async function exchange(
  options: ProviderHttpOptions,
  call: Call,
  token: Secret | null,
): Promise<{ reply: HttpReply | null; verdict: Verdict }> {
  const { request, place } = call;
  const id = randomUUID();
  try {
    const reply = await options.transport.exchange(
      {
        secure: place.secure,
        hostname: place.hostname,
        port: place.port,
        target: call.target,
        method: request.method ?? 'GET',
        headers: token === null ? downloadHeaders : requestHeaders(request, token, id),
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      call.limits,
    );
    return { reply, verdict: call.judge(reply) };
  } catch (thrown) {
    if (thrown instanceof WireFault) return { reply: null, verdict: wireVerdict(request.api, thrown, id) };
    throw thrown;
  }
}

const patienceOf = (options: ProviderHttpOptions): Duration => options.patience ?? seconds(15);

/** Asks nothing while a throttle lasts, whoever ran into it. */
async function heedThrottles(options: ProviderHttpOptions, call: Call): Promise<void> {
  for (let waited = 0; ;) {
    const until = await options.throttles.until(call.keys);
    const now = options.clock.now();
    if (until === null || isWaitOver(until, now, longestThrottle)) return;
    const wait = until - now;
    waited += wait;
    if (waited > patienceOf(options)) throw throttled(call, wait, null);
    await options.clock.sleep(wait as Duration);
  }
}

/** Remembers the throttle for everybody, and sits out a short one. */
async function waitOutThrottle(
  options: ProviderHttpOptions,
  call: Call,
  verdict: Verdict & { kind: 'throttled' },
  tries: number,
  last: boolean,
  reply: HttpReply | null,
): Promise<void> {
  const guess = (): number => backoff(call.firstThrottle, tries, longestGuess, options.random);
  const asked = verdict.afterMs ?? guess();
  const wait = Math.ceil(Math.min(Math.max(asked, shortestThrottle), longestThrottle)) as Duration;
  const key = verdict.wide ? call.request.api : call.throttleKey;
  await options.throttles.remember(key, plus(options.clock.now(), wait));
  options.telemetry.count('provider_throttles', 1, { api: call.request.api, wide: String(verdict.wide) });
  if (last || wait > patienceOf(options)) throw throttled(call, wait, reply);
  await options.clock.sleep(wait);
}

/** Doubled with every try, and between once and one and a half times that: workers must not come back in step. */
const backoff = (first: Duration, tries: number, longest: Duration, random: () => number): number =>
  Math.min(Math.round(first * 2 ** (tries - 1) * (1 + random() / 2)), longest);

function throttled(call: Call, wait: number, reply: HttpReply | null): AppError {
  const requestId = reply?.headers['request-id'] ?? '';
  return new AppError(
    'provider.throttled',
    'retry-later',
    'The provider asks us to wait. The pull goes on by itself afterwards.',
    {
      retryAfterMs: wait,
      facts: {
        api: call.request.api,
        ...(reply === null ? {} : { status: reply.status }),
        ...(/^[\w-]{1,64}$/.test(requestId) ? { requestId } : {}),
      },
    },
  );
}

/** Only a 2xx is ever handed over as an answer, whatever a judge says. */
const oddVerdict = (): AppError =>
  new AppError('bug', 'give-up', 'An answer was judged good that is none. Report this.');

const notConfigured = (api: ProviderApi): AppError =>
  new AppError(
    'config.invalid',
    'pause-source',
    `There are no settings for the ${api} API. Add its address.`,
    {
      facts: { api },
    },
  );
