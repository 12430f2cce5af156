import { gunzipSync } from 'node:zlib';
import type { Simulator } from '../../simulator/start-simulator.ts';
import { ask, type Answered } from './simulator-client.ts';
import { contosoId } from './small-world.ts';

export interface MimecastSecret {
  readonly clientId: string;
  readonly secret: string;
  readonly region: string;
}

/** A tenant's own application, as the control page tells it. */
export function applicationOf(simulator: Simulator, tenant: string = contosoId): MimecastSecret {
  const found = simulator.control.tenants().find(({ id }) => id === tenant)?.mimecast ?? null;
  if (found === null) throw new Error('the tenant has no Mimecast account');
  return found;
}

/** POST {region}/oauth/token with the tenant's credentials unless the form says otherwise. */
export const askMimecastToken = (
  simulator: Simulator,
  { tenant = contosoId, region = 'global' }: { tenant?: string; region?: string } = {},
  form: Readonly<Record<string, string>> = {},
): Promise<Answered> => {
  const { clientId, secret } = applicationOf(simulator, tenant);
  const body = { client_id: clientId, client_secret: secret, grant_type: 'client_credentials', ...form };
  return ask(`${simulator.url}/mimecast/${region}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(body),
  });
};

export interface MimecastClient {
  readonly token: string;
  readonly base: string;
  /** `POST /api/…` with an item and what pagination asks. */
  post(path: string, item?: object, pagination?: object): Promise<Answered>;
  siem(query: Readonly<Record<string, string>>): Promise<Answered>;
  /** Every record of a log in a window, page by page, as `list` finds them in an answer. */
  walk(path: string, item: object, wrapper: string | null, pageSize: number): Promise<unknown[]>;
}

export async function mimecastClient(
  simulator: Simulator,
  tenant: string = contosoId,
  region = 'global',
): Promise<MimecastClient> {
  const token = (await askMimecastToken(simulator, { tenant, region })).json().text('access_token');
  const base = `${simulator.url}/mimecast/${region}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post: MimecastClient['post'] = (path, item, pagination = {}) =>
    ask(base + path, {
      method: 'POST',
      headers,
      body: JSON.stringify({ meta: { pagination }, data: item === undefined ? [] : [item] }),
    });
  return {
    token,
    base,
    post,
    siem: query =>
      ask(`${base}/siem/v1/batch/events/cg?${new URLSearchParams(query).toString()}`, { headers }),
    async walk(path, item, wrapper, pageSize) {
      const records: unknown[] = [];
      let pageToken = '';
      for (let pages = 0; pages < 1_000; pages += 1) {
        const answer = (await post(path, item, { pageSize, pageToken })).json();
        const page = wrapper === null ? answer.list('data') : answer.list('data', 0, wrapper);
        records.push(...page);
        const next = answer.at('meta', 'pagination', 'next');
        if (typeof next !== 'string' || page.length === 0) return records;
        pageToken = next;
      }
      throw new Error('paging does not end');
    },
  };
}

/** The lines of a batch file, fetched as a file store wants it: without credentials. */
export async function fileLines(url: string): Promise<string[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (response.status !== 200) throw new Error(`the file store answers ${response.status}`);
  const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
  return text.split('\n').filter(line => line !== '');
}
