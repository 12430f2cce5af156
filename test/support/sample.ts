import { eventId, sha256 } from '../../shared/kernel/hash.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { SourceId, StreamId, TenantId } from '../../shared/model/ids.ts';
import { mintTenantScope, type TenantScope } from '../../shared/model/scope.ts';

export const contoso = 'c0a10000-0000-4000-8000-00000000c001' as TenantId;
export const fabrikam = 'fab10000-0000-4000-8000-00000000fa01' as TenantId;
export const scopeOf = (tenant: TenantId): TenantScope => mintTenantScope(tenant, 'system:test');
export const source = 'entra.directory-audits' as SourceId;
export const stream = 'default' as StreamId;

/** A plausible event; `key` makes it another one, `body` another version of it. */
export function sampleEvent(key: string, over: Partial<NewEvent> & { body?: string } = {}): NewEvent {
  const { body = key, ...rest } = over;
  const tenant = rest.tenant ?? contoso;
  const time = rest.time ?? '2026-10-05T09:12:44.183Z';
  return {
    id: eventId(time, tenant, rest.source ?? source, rest.stream ?? stream, [key]),
    tenant,
    source,
    stream,
    time,
    category: 'role',
    operation: 'Add member to role',
    outcome: 'success',
    reason: null,
    severity: 'medium',
    actor: { kind: 'user', id: 'u-1', name: 'Oskar Lind', address: 'oskar.lind@contoso.example' },
    targets: [{ kind: 'user', id: 'u-2', name: 'Mira Holt', address: 'mira.holt@contoso.example' }],
    client: {
      ip: '198.51.100.7', port: null, userAgent: 'Mozilla/5.0 (demo)', app: 'Azure Portal', device: null, os: null,
      country: 'SE', city: null,
    }, // prettier-ignore
    mail: null,
    correlationId: '3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77',
    summary: 'Oskar Lind added Mira Holt to Security Reader',
    ocsf: { class: 3005, activity: 1 },
    raw: { key: 'entra.directory-audits/default/2026/10/05/x/page-1', index: 0, sha256: sha256('page') },
    mapping: 1,
    recordHash: sha256(body),
    ...rest,
  };
}
