/** A request as any host hands it over: node:http today, Azure Functions later. */
export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query as they came, still encoded: `/api/v1/events?q=x`. */
  readonly target: string;
  /** Lower-case names; a repeated header joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address of whoever holds the other end of the connection; null where the host cannot say. */
  readonly clientAddress: string | null;
  /**
   * The whole body. Not read before it is asked for, so that nobody without a token makes us take in
   * megabytes. MUST reject with `request.too-large` beyond `limit` bytes, without reading on.
   */
  readBody(limit: number): Promise<Uint8Array>;
}

export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null where there is none (204, and answers to HEAD keep their content-length only). */
  readonly body: Uint8Array | string | null;
}

export interface Api {
  /** Never rejects, whatever comes. */
  handle(request: ApiRequest): Promise<ApiReply>;
}
