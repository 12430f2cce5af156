import { httpTransport, WireFault, type HttpTransport } from '../../shared/adapters/net/http-transport.ts';
import { pacer } from '../../shared/adapters/net/pacer.ts';
import { providerHttp, type ProviderHttpOptions } from '../../shared/adapters/net/provider-http.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import { seconds } from '../../shared/kernel/time.ts';
import type { HttpClient, HttpReply } from '../../shared/ports/http-client.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import type { HttpClientSetup, MakeHttpClient } from './http-client.stage.ts';

const quiet = { event: () => undefined, error: () => undefined, count: () => undefined };

/** The options of the real client for one setup; saboteurs change one thing in them. */
function optionsFor(setup: HttpClientSetup): ProviderHttpOptions & { readonly transport: HttpTransport } {
  let renewals = 0;
  const token = (): Promise<Secret> =>
    Promise.resolve(new Secret(setup.tokens[renewals] ?? 'no more tokens'));
  return {
    tenantId: setup.tenantId,
    apis: {
      graph: {
        base: setup.base,
        judge: judgeGraph,
        firstThrottle: seconds(10),
        token: {
          current: token,
          renew: () => {
            renewals += 1;
            return token();
          },
        },
      },
    },
    transport: httpTransport(),
    pacer: pacer({ clock: setup.clock }),
    clock: setup.clock,
    throttles: setup.throttles,
    telemetry: quiet,
    random: () => 0.5,
    limits: { headersMs: setup.silence, stallMs: setup.silence, bodyBytes: setup.bodyLimit },
  };
}

const making =
  (change: (options: ReturnType<typeof optionsFor>) => HttpClient): MakeHttpClient =>
  setup => {
    const options = optionsFor(setup);
    return { client: change(options), close: () => options.transport.close() };
  };

/** The client itself. */
export const honest: MakeHttpClient = making(providerHttp);

const empty: HttpReply = { status: 200, headers: {}, bytes: new TextEncoder().encode('{"value":[]}') };

/** Broken clients, each with the cases that must find it. Every one has been shipped by somebody. */
export const saboteurs: readonly {
  readonly does: string;
  readonly make: MakeHttpClient;
  readonly fails: readonly string[];
}[] = [
  {
    does: 'makes an empty list of every failure',
    make: making(options => {
      const client = providerHttp(options);
      return { send: (request, more) => client.send(request, more).catch(() => empty) };
    }),
    fails: [
      'hands over a status the caller accepts, and no other',
      'rejects a refused permission, and an answer that reads as one of the caller’s mistakes',
      'follows no redirect',
      'never hands over a body shorter than announced',
      'never hands over chunks without their end',
      'never hands over a body larger than the limit',
      'never unpacks more than the limit',
      'gives up on a provider that stays silent',
      'gives up on one that resets every connection',
      'gives up on a fault that stays',
      'rejects a gateway’s page sent with 200',
      'rejects a failure inside a 200',
      'asks no host but its own, whatever a link says',
      'gives up when the renewed token is refused as well',
      'says how long when a throttle is long, and remembers it for everybody',
      'asks nothing while a throttle lasts that another worker ran into',
    ],
  },
  {
    does: 'takes a cut body for the whole one',
    make: making(options => {
      const { transport } = options;
      const exchange: HttpTransport['exchange'] = (request, limits) =>
        transport.exchange(request, limits).catch((thrown: unknown) => {
          if (thrown instanceof WireFault && thrown.kind === 'incomplete') return empty;
          throw thrown;
        });
      return providerHttp({ ...options, transport: { ...transport, exchange } });
    }),
    fails: [
      'never hands over a body shorter than announced',
      'never hands over chunks without their end',
      'asks again after a fault that passes',
    ],
  },
  {
    does: 'reads whatever size comes',
    make: making(options => providerHttp({ ...options, limits: { ...options.limits, bodyBytes: 1e9 } })),
    fails: ['never hands over a body larger than the limit', 'never unpacks more than the limit'],
  },
  {
    does: 'follows redirects',
    make: making(options => {
      const { transport } = options;
      const exchange: HttpTransport['exchange'] = async (request, limits) => {
        const got = await transport.exchange(request, limits);
        const target = got.headers['location'];
        return target === undefined ? got : transport.exchange({ ...request, target }, limits);
      };
      return providerHttp({ ...options, transport: { ...transport, exchange } });
    }),
    fails: ['follows no redirect'],
  },
  {
    does: 'follows every link, token in hand',
    make: making(options => {
      const client = providerHttp(options);
      return {
        async send(request, more) {
          if (request.origin === 'configured') return client.send(request, more);
          const url = new URL(request.url, 'http://127.0.0.1');
          const headers = { authorization: 'Bearer first-token' };
          const reply = await fetch(url, { headers, redirect: 'error' }).catch(() => null);
          if (reply === null) throw new AppError('provider.unavailable', 'retry-later', 'No answer.');
          return { ...empty, bytes: new Uint8Array(await reply.arrayBuffer()) };
        },
      };
    }),
    fails: ['asks no host but its own, whatever a link says'],
  },
  {
    does: 'parses a link and writes it again',
    make: making(options => {
      const client = providerHttp(options);
      return {
        send(request, more) {
          if (request.origin !== 'response') return client.send(request, more);
          const parsed = URL.parse(request.url);
          if (parsed === null) return client.send(request, more);
          const query = Object.fromEntries(parsed.searchParams);
          parsed.search = '';
          return client.send({ ...request, url: parsed.href, query }, more);
        },
      };
    }),
    // Parsing also mends what must be refused: an address in hexadecimal becomes the one expected.
    fails: [
      'follows a link on its own host letter for letter, with its own headers',
      'asks no host but its own, whatever a link says',
    ],
  },
  {
    does: 'forgets a throttle',
    make: making(options => {
      const throttles = { ...options.throttles, remember: () => Promise.resolve() };
      return providerHttp({ ...options, throttles });
    }),
    fails: ['says how long when a throttle is long, and remembers it for everybody'],
  },
  {
    does: 'does not ask whether others were throttled',
    make: making(options => {
      const throttles = { ...options.throttles, until: () => Promise.resolve(null) };
      return providerHttp({ ...options, throttles });
    }),
    fails: ['asks nothing while a throttle lasts that another worker ran into'],
  },
  {
    does: 'asks once and no more',
    make: making(options => providerHttp({ ...options, maxTries: 1 })),
    fails: ['asks again after a fault that passes', 'waits out a short throttle, to the full second'],
  },
  {
    does: 'keeps a refused token',
    make: making(options => {
      const { graph } = options.apis;
      if (graph === undefined) throw new Error('the setup has Graph');
      const token = { ...graph.token, renew: () => graph.token.current() };
      return providerHttp({ ...options, apis: { graph: { ...graph, token } } });
    }),
    fails: ['renews a refused token once and goes on'],
  },
];
