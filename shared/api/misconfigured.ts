import { AppError } from '../kernel/errors.ts';
import type { Api, ApiReply } from './api-request.ts';
import { problemOf } from './problem.ts';
import { commonHeaders, requestIdOf } from './reply-headers.ts';

/** Where a process says that it lives, whatever else is wrong. */
export const healthPath = /^\/api(\/v1)?\/health$/;

/** A wrong setting as a sentence without its stop; some problems are sentences that name the setting already. */
export const settingSentence = ({
  setting,
  problem,
}: {
  readonly setting: string;
  readonly problem: string;
}): string => (problem.includes(setting) ? problem.replace(/\.$/, '') : `${setting} ${problem}`);

/**
 * The API of an installation with wrong settings: alive, not ready, and saying which setting it is. The other
 * way, an app that does not start, leaves whoever deployed it with nothing to read.
 */
export function misconfigured(
  problems: readonly { readonly setting: string; readonly problem: string }[],
  newId: () => string,
): Api {
  return {
    handle(request) {
      const requestId = requestIdOf(request, newId);
      const headers = commonHeaders(request, requestId, []);
      const path = request.target.split('?')[0] ?? '';
      return Promise.resolve(answer(path, requestId, headers));
    },
  };

  function answer(path: string, requestId: string, headers: Record<string, string>): ApiReply {
    const json = { ...headers, 'content-type': 'application/json; charset=utf-8' };
    if (healthPath.test(path)) {
      return { status: 200, headers: json, body: JSON.stringify({ status: 'alive' }) };
    }
    const checks = problems.map(({ setting, problem }) => ({ name: setting, ok: false, problem }));
    if (/^\/api(\/v1)?\/ready$/.test(path)) {
      return { status: 503, headers: json, body: JSON.stringify({ status: 'not-ready', checks }) };
    }
    const first = problems[0];
    const error = new AppError(
      'config.invalid',
      'give-up',
      `${first === undefined ? 'A setting is wrong' : settingSentence(first)}. Correct it and start again.`,
      first === undefined ? {} : { target: first.setting },
    );
    const details = problems.map(({ setting, problem }) => ({
      code: 'ConfigInvalid',
      message: problem,
      target: setting,
    }));
    const reply = problemOf(error, requestId, details);
    return { status: reply.status, headers: { ...json, ...reply.headers }, body: JSON.stringify(reply.body) };
  }
}
