import { principalKey, type Principal } from '../model/principal.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Binding } from './continuation.ts';

/** What a list's continuation belongs to. `question` holds whatever decides which items there are. */
export function pageBinding(
  kind: string,
  principal: Principal,
  scopes: readonly TenantScope[],
  question: Readonly<Record<string, unknown>>,
): Binding {
  const asked = Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
  return {
    kind,
    caller: principalKey(principal),
    tenants: scopes.map(scope => scope.tenantId),
    question: asked,
  };
}

/** A list's body: its items, and the path of the next page where there is one. */
export function withNextLink<T>(
  value: T[],
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  token: string | null,
): { value: T[]; nextLink?: string } {
  if (token === null) return { value };
  const parameters = new URLSearchParams();
  for (const [name, given] of Object.entries(query)) {
    if (given !== undefined) parameters.set(name, String(given));
  }
  parameters.set('continuation', token);
  return { value, nextLink: `${path}?${parameters.toString()}` };
}
