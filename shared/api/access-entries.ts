import { AppError } from '../kernel/errors.ts';
import { isoInstant } from '../kernel/time.ts';
import { principalKey, type Principal } from '../model/principal.ts';
import type { TenantScope } from '../model/scope.ts';
import type { AccessEntry } from '../ports/access-log.ts';
import type { ApiDeps } from './api-deps.ts';
import type { ParsedInput } from './parse-input.ts';

/**
 * Writes who is about to do what, into the log of every tenant it touches, before it is done. A call over no
 * tenant shows no tenant's data and leaves no entry.
 * Throws `audit.unavailable` when an entry cannot be written: then the call must not be answered.
 */
export async function writeAccessEntries(
  deps: Pick<ApiDeps, 'profile' | 'clock' | 'newId'>,
  call: {
    readonly action: string;
    /** Operation id of the route. */
    readonly route: string;
    readonly requestId: string;
    readonly principal: Principal;
    readonly scopes: readonly TenantScope[];
    readonly input: ParsedInput;
  },
): Promise<void> {
  const at = isoInstant(deps.clock.now());
  const detail = detailOf(call.input);
  const entryFor = (scope: TenantScope): AccessEntry => ({
    id: deps.newId(),
    at,
    tenant: scope.tenantId,
    principal: principalKey(call.principal),
    action: call.action,
    route: call.route,
    requestId: call.requestId,
    detail,
  });
  try {
    await Promise.all(call.scopes.map(scope => deps.profile.access.append(scope, [entryFor(scope)])));
  } catch (thrown) {
    throw new AppError(
      'audit.unavailable',
      'retry-later',
      'The access log cannot be written, and nothing is shown that is not logged. Try again later; the operator must look at the log’s store.',
      { cause: thrown },
    );
  }
}

/** Ids, ranges and the question, flat: `range.from`. Page tokens say nothing to an auditor. */
function detailOf(input: ParsedInput): Record<string, string> {
  const detail: Record<string, string> = {};
  for (const part of [input.params, input.query, input.body]) collect(part, '', detail);
  return detail;
}

function collect(value: unknown, at: string, into: Record<string, string>): void {
  if (value === undefined || value === null || at === 'continuation') return;
  if (Array.isArray(value)) {
    into[at] = value.map(String).join(',');
  } else if (typeof value === 'object') {
    for (const [name, inner] of Object.entries(value))
      collect(inner, at === '' ? name : `${at}.${name}`, into);
  } else {
    into[at] = shortly(String(value as string | number | boolean));
  }
}

/** A whole file may come as text; the log says how it begins and how long it was, and stays a log. */
const longestText = 4_000;
const shortly = (text: string): string =>
  text.length <= longestText
    ? text
    : `${text.slice(0, longestText).toWellFormed()}… (${String(text.length)} characters)`;
