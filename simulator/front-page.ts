import { escapeHtml } from './exchange.ts';
import { faultCatalogue } from './faults/catalogue.ts';
import type { Control } from './control/control.ts';

const style =
  'body{font:16px/1.55 system-ui,sans-serif;max-width:60rem;margin:2.5rem auto;padding:0 1rem;color:#222}' +
  'table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}' +
  'th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd}' +
  'code{font:.9em ui-monospace,monospace}';

/** The page at `/`: what this is, and what there is to use. */
export function frontPage(control: Control, url: string): string {
  const tenants = control
    .tenants()
    .map(({ name, id, domains, sources }) => [
      escapeHtml(name),
      code(id),
      escapeHtml(domains.join(', ')),
      sources.map(source => `${code(source.id)} ${source.remembersDays} days`).join('<br>'),
    ]);
  const personas = control
    .personas()
    .map(({ hint, name, address, roles }) => [
      code(hint),
      escapeHtml(`${name}, ${address}`),
      escapeHtml(roles.join(', ') || 'no role'),
    ]);
  const faults = faultCatalogue.map(({ name, says, routes }) => [
    code(name),
    escapeHtml(says),
    escapeHtml(routes.length > 8 ? 'most routes' : routes.join(', ')),
  ]);
  const example = `curl -X POST ${url}/control/faults -d '{"name":"server-error","route":"graph","times":1}'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Provider simulator</title><style>${style}</style></head><body>
<h1>Provider simulator</h1>
<p>This stands in for Microsoft Graph, the Office 365 Management Activity API, Entra ID and Mimecast. It enforces their published rules, invents tenants from a seed, and misbehaves when asked to. Nobody here is real.</p>
<table>
${row(['Graph', code(`${url}/graph`)])}
${row(['Management API', code(`${url}/manage`)])}
${row(['Entra', code(`${url}/login`)])}
${row(['Mimecast', `${code(`${url}/mimecast/global`)}, or a region's name in place of <code>global</code>`])}
${row(['Control', `${code(`${url}/control`)}: tenants, faults, clock, keys:rotate, requests, truth, throttling, tokens`])}
${row(['Its time', code(new Date(control.now()).toISOString())])}
</table>
<h2>Tenants</h2>${table(['Name', 'Id', 'Domains', 'Sources and how long they are remembered'], tenants)}
<h2>Personas</h2>${table(['Sign in as', 'Who', 'May'], personas)}
<h2>Faults</h2><p>One call switches a fault on: ${code(example)}. <code>DELETE /control/faults</code> switches all off.</p>
${table(['Fault', 'What happens', 'Where'], faults)}
</body></html>
`;
}

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;
const row = (cells: readonly string[]): string =>
  `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><tr>${heads.map(head => `<th>${escapeHtml(head)}</th>`).join('')}</tr>${rows.map(row).join('')}</table>`;
