import { z } from 'zod';
import { minutes } from '../../kernel/time.ts';
import { AppError } from '../../kernel/errors.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { keyOf } from '../_kit/keyed-record.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Page, Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { isNoChange, normalizeRegistration } from './normalize.ts';
import { keys, registrationRowSchema, type RegistrationRow } from './schema.ts';

const config = z.strictObject({});

const keyOfUser = (record: RegistrationRow): string => keyOf(record, keys) ?? '';

export const entraMfaCoverage: Source<z.infer<typeof config>, RegistrationRow> = {
  id: 'entra.mfa-coverage',
  title: 'Entra MFA coverage',
  about:
    'Who has registered which methods for multi-factor authentication, and whether the policies let them be used. ' +
    'Microsoft’s report is up to a few hours behind and leaves out disabled users. Needs an Entra ID P1 or P2 licence.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'AuditLog.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission AuditLog.Read.All of Microsoft Graph, and grant admin consent. Reports.Read.All is not enough.',
    },
  ],
  probes: [{ shows: ['AuditLog.Read.All'], ask: ({ http }) => firstPage(rows(http, null)) }],
  config,
  streams: () => ['default'],
  // The report is hours behind, and its pages share the quota of sign-ins and audits.
  every: minutes(6 * 60),
  quota: 'reports',
  pull: {
    kind: 'snapshot',
    pages: ({ http }, resume) => rows(http, resume),
    key: keyOfUser,
    ignores: isNoChange,
  },
  record: registrationRowSchema,
  mapping: 3,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => [keyOfUser(record)],
  identifiedBy: 'The user’s object id (`id`); where it is missing, `userPrincipalName`.',
  normalize: normalizeRegistration,
};

const path = '/v1.0/reports/authenticationMethods/userRegistrationDetails';

/** Large pages, because each costs of a quota shared with sign-ins; where the service takes no size, its own. */
async function* rows(http: HttpClient, resume: string | null): AsyncGenerator<Page> {
  let began = resume !== null;
  try {
    for await (const page of graphPages(http, { path, query: { $top: '999' } }, resume)) {
      began = true;
      yield page;
    }
  } catch (thrown) {
    if (began || !(thrown instanceof AppError) || thrown.code !== 'provider.rejected') throw thrown;
    yield* graphPages(http, { path, query: {} }, null);
  }
}
