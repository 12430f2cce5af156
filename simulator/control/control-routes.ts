import { Readable } from 'node:stream';
import { jsonReply, type Call, type Reply } from '../exchange.ts';
import { faultCatalogue } from '../faults/catalogue.ts';
import type { Control } from './control.ts';
import {
  ControlProblem,
  readAssertionKey,
  readClockChange,
  readDropOld,
  readFederatedCredential,
  readIdentity,
  readClientId,
  readFaultRequest,
  readFlags,
  readLinkLifetime,
  readMintRequest,
  readThrottling,
} from './control-input.ts';

type Handler = (control: Control, call: Call) => Reply | Promise<Reply>;

const clock = (control: Control): Reply => jsonReply(200, { now: new Date(control.now()).toISOString() });

const table: Readonly<Record<string, Handler>> = {
  'GET /tenants': control => jsonReply(200, { value: control.tenants() }),
  'GET /personas': control => jsonReply(200, { value: control.personas() }),
  'GET /faults': control =>
    jsonReply(200, {
      value: control.faults(),
      catalogue: faultCatalogue.map(({ name, says, routes }) => ({ name, says, routes })),
    }),
  'POST /faults': (control, call) => jsonReply(201, { id: control.addFault(readFaultRequest(call.body)) }),
  'DELETE /faults': (control, call) => {
    const [id, tenant] = [call.query.get('id'), call.query.get('tenant')];
    const which = { ...(id === null ? {} : { id }), ...(tenant === null ? {} : { tenant }) };
    return jsonReply(200, { cleared: control.clearFaults(which) });
  },
  'GET /clock': clock,
  'POST /clock': (control, call) => {
    control.setClock(readClockChange(call.body));
    return clock(control);
  },
  'POST /throttling': (control, call) => jsonReply(200, control.setThrottling(readThrottling(call.body))),
  'POST /links': (control, call) => {
    control.setLinkLifetime(readLinkLifetime(call.body));
    return jsonReply(200, {});
  },
  'POST /keys:rotate': async (control, call) => {
    await control.rotateKeys({ dropOld: readDropOld(call.body) });
    return jsonReply(200, {});
  },
  'POST /assertion-keys': (control, call) => {
    const { clientId, publicKeyPem } = readAssertionKey(call.body);
    control.trustAssertionKey(clientId, publicKeyPem);
    return jsonReply(201, {});
  },
  'POST /federated-credentials': (control, call) => {
    const { clientId, ...credential } = readFederatedCredential(call.body);
    control.addFederatedCredential(clientId, credential);
    return jsonReply(201, {});
  },
  'DELETE /federated-credentials': (control, call) => {
    control.removeFederatedCredentials(readClientId(call.query));
    return jsonReply(200, {});
  },
  'POST /identities': (control, call) => jsonReply(201, control.setIdentity(readIdentity(call.body))),
  'POST /tokens': (control, call) =>
    jsonReply(201, { access_token: control.mintToken(readMintRequest(call.body)) }),
  'GET /requests': control => jsonReply(200, control.requests()),
  'DELETE /requests': control => {
    control.forgetRequests();
    return jsonReply(200, {});
  },
};

/** Control over HTTP: everything under /control but the truth, which is streamed. */
export async function controlRoutes(control: Control, call: Call, path: string): Promise<Reply> {
  // A page in somebody's browser must not steer the simulator of whoever looks at it.
  const { origin } = call.headers;
  if (origin !== undefined && origin !== call.origin)
    return problem(403, 'Control is not for other origins.');
  try {
    const tenant = /^\/tenants\/([^/]+)$/.exec(path)?.[1];
    if (tenant !== undefined && call.method === 'POST') {
      return jsonReply(200, control.setTenant(tenant, readFlags(call.body)));
    }
    const handler = new Map(Object.entries(table)).get(`${call.method} ${path}`);
    if (handler !== undefined) return await handler(control, call);
    const known = [...Object.keys(table), 'POST /tenants/{id}', 'GET /truth'].join(', ');
    return problem(404, `There is no ${call.method} ${path} here. Known: ${known}.`);
  } catch (thrown) {
    if (thrown instanceof ControlProblem || thrown instanceof Error) return problem(400, thrown.message);
    throw thrown;
  }
}

const problem = (status: number, message: string): Reply => jsonReply(status, { error: { message } });

/** GET /control/truth as NDJSON, in pieces of some hundred lines; a problem as text. */
export function truthStream(control: Control, query: URLSearchParams): Readable {
  const contentType = query.get('contentType');
  const lines = control.truth({
    tenant: query.get('tenant') ?? '',
    source: query.get('source') ?? '',
    ...(contentType === null ? {} : { contentType }),
  });
  return Readable.from(inPieces(lines));
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(`${line}\n`);
    if (piece.length < 500) continue;
    yield piece.join('');
    piece = [];
  }
  yield piece.join('');
}
