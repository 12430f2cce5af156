import { escapeHtml, htmlReply, type Call, type Reply } from '../exchange.ts';
import { isGuid } from '../seeded.ts';
import type { Site } from '../site.ts';
import { findPersona, personas, type Persona } from './directory.ts';
import { refusalText, refuse, type EntraRefusal } from './entra-error.ts';

/**
 * GET /{tenant}/oauth2/v2.0/authorize: the authorization-code flow with PKCE. Shows a page to choose a
 * persona; `login_hint=<persona>&prompt=none` goes straight back with a code. There are no passwords here.
 */
export function signIn(site: Site, call: Call, tenantPart: string): Reply {
  const query = call.query;
  const redirect = query.get('redirect_uri') ?? '';
  const client = query.get('client_id') ?? '';
  const tenant = site.tenants.find(tenantPart);
  const anyTenant = tenantPart === 'organizations' || tenantPart === 'common';
  // Until client and redirect are known good, nothing is sent anywhere: problems are shown, not redirected.
  if (tenant === null && !anyTenant) return problemPage(site, refuse.noTenant(tenantPart));
  if (!isGuid(client)) return problemPage(site, refuse.noApplication(client, tenantPart));
  if (!isLoopback(redirect)) return problemPage(site, refuse.redirectUnknown(redirect));
  const type = query.get('response_type') ?? '';
  if (type !== 'code') return back(site, query, refuse.responseTypeUnsupported(type));
  const challenge = query.get('code_challenge');
  if (challenge === null || query.get('code_challenge_method') !== 'S256') {
    return back(site, query, refuse.noChallenge());
  }
  const silent = query.get('prompt') === 'none';
  const hint = query.get('persona') ?? (silent ? query.get('login_hint') : null);
  if (hint === null) {
    return silent ? back(site, query, refuse.signInNeeded()) : choosePage(call, tenant?.id ?? null);
  }
  const persona = findPersona(hint);
  if (persona === null || (tenant !== null && persona.tenant !== tenant.id)) {
    return back(site, query, refuse.noPersonaHere(hint, tenantPart));
  }
  const code = site.grants.issueCode({
    persona,
    client,
    redirect,
    challenge,
    scope: query.get('scope') ?? '',
    nonce: query.get('nonce'),
    issuedAt: site.clock.base(),
  });
  return redirectTo(redirect, { code, state: query.get('state') });
}

/** Only back to this machine: a simulator must not carry codes anywhere else. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

function back(site: Site, query: URLSearchParams, refusal: EntraRefusal): Reply {
  const text = refusalText(site, refusal, site.nextId(), site.nextId());
  const state = query.get('state');
  return redirectTo(query.get('redirect_uri') ?? '', {
    error: refusal.error,
    error_description: text,
    state,
  });
}

function redirectTo(address: string, values: Readonly<Record<string, string | null>>): Reply {
  const target = new URL(address);
  for (const [name, value] of Object.entries(values)) {
    if (value !== null) target.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: target.href, 'cache-control': 'no-store' }, body: '' };
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}' +
  'button{font:inherit;text-align:left;width:100%;margin:.3rem 0;padding:.6rem .9rem;cursor:pointer}' +
  'small{display:block;color:#555}';

const page = (title: string, content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>` +
  `<body><h1>${title}</h1>${content}</body></html>`;

function problemPage(site: Site, refusal: EntraRefusal): Reply {
  const text = refusalText(site, refusal, site.nextId(), site.nextId());
  return htmlReply(refusal.status, page('Sign-in failed', `<p>${escapeHtml(text)}</p>`));
}

function choosePage(call: Call, tenant: string | null): Reply {
  const kept = [...call.query]
    .filter(([name]) => name !== 'persona')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  const buttons = personas
    .filter(it => tenant === null || it.tenant === tenant)
    .map(personaButton)
    .join('');
  const intro =
    '<p>This is the simulator: nobody here is real and there is no password. Choose who to be.</p>';
  return htmlReply(
    200,
    page('Sign in to the simulator', `${intro}<form method="get">${kept}${buttons}</form>`),
  );
}

function personaButton({ hint, name, address, roles }: Persona): string {
  const can = roles.length === 0 ? 'no role' : roles.join(', ');
  return (
    `<button name="persona" value="${escapeHtml(hint)}">${escapeHtml(name)} (${escapeHtml(hint)})` +
    `<small>${escapeHtml(address)}: ${escapeHtml(can)}</small></button>`
  );
}
