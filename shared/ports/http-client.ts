/** Which of a provider's APIs a request is for: each has its own host, token audience and throttle. */
export type ProviderApi = 'graph' | 'management' | 'mimecast';

interface RequestBase {
  readonly api: ProviderApi;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * `configured`: a path on the API's own host, as settings say; gets credentials.
 * `response`: a URL a provider's answer contained. It MUST be https (loopback only where settings name a
 * loopback host), MUST be on the API's configured host, or it is refused with `provider.untrusted-url` and
 * no request is made.
 * `download`: the address of a file an answer contained (Mimecast keeps its SIEM batches in a store of its own).
 * It MUST be https (loopback only where settings name it) on one of the hosts the settings declare for this API's
 * files, or it is refused with `provider.untrusted-url`. It is a GET that carries no credentials, no `headers` and
 * no `body`: the address is signed, and the store refuses requests that bring a token. Its answer is judged by
 * status alone; a file that has expired answers 403 or 404, which a source may `accept`.
 */
export type HttpRequest = RequestBase &
  (
    | {
        readonly origin: 'configured';
        readonly path: string;
        readonly query?: Readonly<Record<string, string>>;
      }
    | { readonly origin: 'response'; readonly url: string; readonly query?: Readonly<Record<string, string>> }
    | { readonly origin: 'download'; readonly url: string; readonly query?: never }
  );

export interface HttpReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body, decoded from transfer and content encodings, otherwise as it came. */
  readonly bytes: Uint8Array;
}

/**
 * The one door of a source. It adds the token, a client-request-id and a time-out; waits out short
 * throttles; retries what is worth retrying a bounded number of times; renews a refused token once.
 * - MUST resolve only for a 2xx answer whose body arrived whole (content-length checked, at most the body
 *   limit), or for a status listed in `accept`: one that is a throttle, a passing fault or a refused token is
 *   still waited out, repeated or renewed first.
 * - MUST reject with an AppError otherwise: `provider.throttled` (with retryAfterMs), `.unavailable`,
 *   `.unauthorized`, `.refused`, `.licence-missing`, `.not-provisioned`, `.rejected`, `.malformed` …
 * - MUST remember a throttle where every worker sees it, and ask nothing while one lasts.
 * - MUST NOT follow redirects.
 */
export interface HttpClient {
  send(request: HttpRequest, options?: { readonly accept?: readonly number[] }): Promise<HttpReply>;
}

/**
 * What a provider's answer means, by status and body; each provider family writes one (they disagree:
 * the Management API says "throttled" with 403). Pure.
 */
export type Verdict =
  | { readonly kind: 'ok' }
  /** Wait and repeat; `afterMs` null when the answer did not say. */
  | { readonly kind: 'throttled'; readonly afterMs: number | null; readonly wide: boolean }
  /** Wait and repeat a few times; `lasting` is what it becomes when it does not go away. */
  | { readonly kind: 'transient'; readonly afterMs: number | null; readonly lasting: Error }
  /** The token was refused: renew once, then `error`. */
  | { readonly kind: 'unauthorized'; readonly error: Error }
  | { readonly kind: 'failed'; readonly error: Error };

export type Judge = (reply: HttpReply) => Verdict;
