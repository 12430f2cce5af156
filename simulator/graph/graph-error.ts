import { jsonReply, type Reply } from '../exchange.ts';
import type { Site } from '../site.ts';

/** What is wrong with a Graph request. Code and message are Microsoft's. */
export interface GraphProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const badRequest = (message: string): GraphProblem => ({ status: 400, code: 'BadRequest', message });
export const invalidFilter = badRequest('Invalid filter clause');
export const skipTokenNull = badRequest('Invalid Skip Token, skip token is null');

/** Thrown inside query reading, so that the first problem found becomes the answer. */
export class GraphRefusal extends Error {
  readonly problem: GraphProblem;
  constructor(problem: GraphProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The error envelope of Graph; its date has no zone. */
export function graphError(
  site: Site,
  problem: GraphProblem,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const id = site.nextId();
  return jsonReply(
    problem.status,
    {
      error: {
        code: problem.code,
        message: problem.message,
        innerError: {
          date: new Date(site.clock.now()).toISOString().slice(0, 19),
          'request-id': id,
          'client-request-id': id,
        },
      },
    },
    { 'request-id': id, ...headers },
  );
}

const challenge =
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"';

/** 401 as Graph's front door answers it. */
export const graphUnauthorized = (site: Site, message: string): Reply =>
  graphError(
    site,
    { status: 401, code: 'InvalidAuthenticationToken', message },
    { 'www-authenticate': challenge },
  );
