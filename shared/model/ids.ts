import { z } from 'zod';
import type { Brand } from '../kernel/brand.ts';

/** A customer's Entra tenant id: a lower-case GUID. A Mimecast-only customer gets one of ours. */
export type TenantId = Brand<string, 'TenantId'>;
/** `vendor.stream`, e.g. `entra.directory-audits`. */
export type SourceId = Brand<string, 'SourceId'>;
/** One cursor's worth of a source, e.g. `Audit.Exchange`; `default` where there is only one. */
export type StreamId = Brand<string, 'StreamId'>;
export type RunId = Brand<string, 'RunId'>;
export type OperationId = Brand<string, 'OperationId'>;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isTenantId = (text: string): text is TenantId => guid.test(text);

export const tenantIdSchema = z
  .string()
  .transform(text => text.toLowerCase())
  .refine(isTenantId, 'expected a tenant id: a GUID such as 3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77')
  .transform(text => text as TenantId);

export const sourceIdSchema = z
  .string()
  .regex(/^[a-z0-9]+\.[a-z0-9-]+$/, 'expected a source id such as entra.directory-audits')
  .transform(text => text as SourceId);

export const streamIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,80}$/, 'expected a stream name')
  .transform(text => text as StreamId);

/** Names one cursor: a tenant's stream of a source. */
export interface StreamRef {
  readonly source: SourceId;
  readonly stream: StreamId;
}
