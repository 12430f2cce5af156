import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { contract, type RouteId } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people, type ApiHouse } from '../support/api-house.ts';
import { seed as seedHouse, type Seeded } from '../support/api-seed.ts';
import { callFor } from '../support/contract-calls.ts';
import { contoso, fabrikam } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import {
  arbitraryRequest, canary, documentedOperations, type DocumentedOperation, type Plausible, type SentRequest,
} from './arbitrary-request.ts'; // prettier-ignore

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Over a socket as it stands: `fetch` would tidy the path first. */
function send(url: string, sent: SentRequest, token: string | null): Promise<Answered> {
  const headers = { ...sent.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  return new Promise((settle, fail) => {
    const asked = request(`${url}/`, { method: sent.method, path: sent.target, headers }, reply => {
      text(reply).then(body => {
        settle({ status: reply.statusCode ?? 0, headers: reply.headers, text: body });
      }, fail);
    });
    asked.on('error', fail);
    asked.end(sent.body ?? undefined);
  });
}

const problem = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    target: z.string().optional(),
    details: z
      .array(z.strictObject({ code: z.string(), message: z.string().min(1), target: z.string() }))
      .optional(),
    requestId: z.string().min(1),
  }),
});

/** Whatever is asked, the answer is one the contract names. */
function checkAnswer(operation: DocumentedOperation, { status, headers, text: body }: Answered): void {
  const documented = operation.responses[String(status)];
  expect(status).toBeLessThan(500);
  expect(Object.keys(operation.responses)).toContain(String(status));
  expect(headers['x-request-id']).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
  expect(headers['cache-control']).toBe('no-store');
  const spec: RouteSpec = contract[operation.operationId as RouteId];
  const reply = spec.replies[status];
  if (reply === undefined) {
    const { error } = problem.parse(JSON.parse(body));
    // A sentence, or several, that says what to do.
    expect(error.message).toMatch(/^\S.{8,}[.?…)]$/su);
    expect(error.code).toBe(headers['x-ms-error-code']);
    expect(documented?.headers?.['x-ms-error-code']?.schema.enum).toContain(error.code);
    expect(error.requestId).toBe(headers['x-request-id']);
    expect(body).not.toMatch(/\bat .+\.ts:|node:internal|ZodError|SELECT |sqlite/i);
  } else if ('json' in reply) {
    const parsed = reply.json.safeParse(JSON.parse(body));
    expect(parsed.error?.issues ?? []).toEqual([]);
  } else {
    expect(String(headers['content-type'])).toBe('bytes' in reply ? reply.bytes : reply.text);
  }
}

interface Street {
  readonly house: ApiHouse;
  readonly own: Seeded;
  readonly other: Seeded;
  readonly tokens: Readonly<Record<Caller, string | null>>;
  readonly links: readonly string[];
}
const callers = ['reader', 'admin', 'stranger', 'nobody', 'forged'] as const;
type Caller = (typeof callers)[number];

async function openStreet(): Promise<Street> {
  const house = await openHouse();
  const own = await seedHouse(house, contoso, 'contoso');
  const other = await seedHouse(house, fabrikam, 'fabrikam');
  // Trying readiness takes its time, which here is the clock's.
  const claims = { exp: Date.UTC(2030, 0, 1) / 1_000 };
  const tokenOf = (who: (typeof people)[keyof typeof people]): Promise<string> =>
    house.issuer.user({ ...who, claims });
  const tokens = {
    reader: await tokenOf(people.contosoReader),
    admin: await tokenOf(people.contosoAdmin),
    stranger: await tokenOf(people.nobody),
    nobody: null,
    forged: `${(await tokenOf(people.contosoAdmin)).slice(0, -8)}AAAAAAAA`,
  };
  return { house, own, other, tokens, links: await linksFor(house) };
}

/** Continuations as the service gives them, to two tenants' people. */
async function linksFor(house: ApiHouse): Promise<readonly string[]> {
  const links: string[] = [];
  for (const who of [people.contosoReader, people.contosoAdmin, people.fabrikamAdmin]) {
    const token = await house.issuer.user(who);
    for (const path of ['/api/v1/events?limit=1', '/api/v1/events?order=oldest&limit=1&q=oskar']) {
      const { nextLink } = (await house.ask(path, { token })).json() as { nextLink: string };
      links.push(new URLSearchParams(nextLink).get('continuation') ?? '');
    }
  }
  return links;
}

/** Asks, and looks at all that must hold of any answer; gives back its status. */
async function ask(
  street: Street,
  operation: DocumentedOperation,
  sent: SentRequest,
  caller: Caller,
): Promise<number> {
  const { house, other, tokens } = street;
  const before = house.lines.length;
  const answered = await send(house.url, sent, tokens[caller]);
  checkAnswer(operation, answered);
  // A refusal may repeat a name of the caller's own, and a link the question.
  const asked =
    decodeURIComponent(sent.target.replaceAll('+', ' ')) +
    JSON.stringify(sent.headers) +
    Buffer.from(sent.body ?? '').toString();
  const unasked = other.marks.filter(mark => !asked.includes(mark));
  const answer = answered.text + JSON.stringify(answered.headers);
  expect(unasked.filter(mark => answer.includes(mark))).toEqual([]);
  const lines = house.lines.slice(before).join('');
  expect(lines).not.toMatch(new RegExp(`${canary}|oskar|eyJ|127\\.0\\.0\\.1|"level":"error"`));
  expect(lines).toContain('request.answered');
  return answered.status;
}

function plausibleAt({ own, other, links }: Street): Plausible {
  const ids = (of: (one: Seeded) => string): readonly string[] => [of(own), of(own), of(own), of(other)];
  const tenants = ids(({ tenant }) => tenant);
  return {
    byName: {
      tenant: tenants,
      source: ['entra.directory-audits', ...sources.map(({ id }) => id), 'entra.sign-in', 'no.such'],
      stream: ['default', 'interactive', 'Audit.Exchange', 'nope'],
      file: [
        "sources: { entra.directory-audits: { '*': { summary: '{actor} did it' } } }",
        '{',
        'categories: { mail: 5 }',
      ],
      actor: ['oskar', 'oskar@contoso.example', 'mira of contoso'],
      ip: ['198.51.100.7', '198.51.100.0/24', '198.51.*', '::ffff:198.51.100.7', '10.0.0.0/99'],
      result: ['success', 'failed', 'banana'],
      direction: ['inbound', 'up'],
      service: ['entra', 'Power BI', 'constructor'],
      continuation: ['abc', 'a.b', '.', 'eyJ2IjoxfQ.c2ln', ...links],
      interval: ['1d', '1h', '15m', '1m'],
    },
    idsOf: path => {
      if (path.includes('/tenants/')) return tenants;
      if (path.includes('/events/')) return ids(({ events }) => events[0]?.id ?? '');
      return path.includes('/runs/') ? ids(({ run }) => run.id) : ids(({ operation }) => operation.id);
    },
  };
}

test('whatever is asked of whichever route, the answer is as documented, and nobody else’s', async () => {
  const street = await openStreet();
  const known = plausibleAt(street);
  const numRuns = street.house.host === 'node' ? 60 : 10;
  const operations = documentedOperations();
  for (const operation of operations) {
    const { init, path } = callFor(operation.operationId as RouteId, street.own);
    const { method } = operation;
    const plain = {
      method,
      target: path,
      headers: init.headers ?? {},
      body: init.body ?? null,
    } as SentRequest;
    // Otherwise what follows would only ever be refused. On Functions nobody is of this machine.
    const fine = await ask(street, operation, plain, 'admin');
    const closed = street.house.host === 'functions' && operation.operationId === 'metrics.get';
    expect([operation.operationId, fine < 300]).toEqual([operation.operationId, !closed]);
  }
  for (const operation of operations) {
    await fc.assert(
      fc.asyncProperty(
        arbitraryRequest(operation, known),
        fc.constantFrom('reader', 'admin', 'admin', ...callers),
        async (sent, caller) => {
          await ask(street, operation, sent, caller);
        },
      ),
      { seed, numRuns },
    );
  }
});
