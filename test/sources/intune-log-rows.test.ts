import { describe, expect, test } from 'vitest';
import { intuneAuditEvents } from '../../shared/sources/intune.audit-events/source.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { readEvent } from '../support/read-event.ts';

// The same events as rows of Intune's own log: what diagnostic settings send, and what tables keep of it.

const group = '5d0b6b0e-0000-4000-8000-0a3f7c1e9b42';
const held = {
  ActivityDate: '10/5/2026 9:12:44 AM',
  ActivityResultStatus: 1,
  ActivityType: 0,
  Actor: {
    ActorType: 1,
    Application: 'p',
    ApplicationName: 'Portal',
    Name: null,
    ObjectId: 'a',
    PartnerTenantId: '00000000-0000-0000-0000-000000000000',
    UPN: 'admin@contoso.example',
  },
  AuditEventId: 'e',
  Category: 3,
  RelationId: null,
  TargetDisplayNames: ['Tidy up', '<null>'],
  TargetObjectIds: ['s', `s_${group}`],
  Targets: [
    { ModifiedProperties: [], Name: 'Tidy up' },
    { ModifiedProperties: [{ Name: 'Target.GroupId', Old: null, New: group }], Name: '<null>' },
  ],
};
const row = {
  time: '2026-10-05T09:12:44.5107000Z',
  category: 'AuditLogs',
  operationName: 'Create DeviceManagementScriptAssignment',
  properties: held,
  resultType: 'Success',
  resultDescription: 'None',
  correlationId: 'c',
  identity: 'admin@contoso.example',
};
const table = {
  TimeGenerated: row.time,
  OperationName: row.operationName,
  Properties: JSON.stringify(held),
  ResultType: 'Success',
  CorrelationId: 'c',
};

describe.each([
  ['a diagnostic setting', row],
  ['a table', table],
])('a row of %s', (_, record) => {
  test('tells what Graph would', () => {
    expect(readEvent(intuneAuditEvents, record)).toMatchObject({
      identity: ['e'],
      event: {
        time: '2026-10-05T09:12:44.510Z',
        operation: 'Create DeviceManagementScriptAssignment',
        category: 'policy',
        outcome: 'success',
        severity: 'medium',
        actor: { kind: 'user', id: 'a', name: null, address: 'admin@contoso.example' },
        targets: [
          { kind: 'policy', id: 's', name: 'Tidy up' },
          { kind: 'policy', id: `s_${group}`, name: null },
          { kind: 'group', id: group },
        ],
        client: { app: 'Portal' },
        correlationId: 'c',
        ocsf: { class: 3004, activity: 1 },
      },
    });
  });
});

test('an application in a row acted itself', () => {
  const Actor = { ActorType: 5, Application: 'p', ApplicationName: 'Runbook', UPN: null, ObjectId: null };
  const { actor, client } = readEvent(intuneAuditEvents, { ...row, properties: { ...held, Actor } }).event;
  expect([actor, client]).toEqual([{ kind: 'application', id: 'p', name: 'Runbook', address: null }, null]);
});

test.each([
  ['another log’s', { ...row, properties: { Level: 'Info' } }],
  ['one without a time', { ...row, time: undefined }],
])('%s row is none of them', (_, record) => {
  expect(readRecord(intuneAuditEvents, record, { domains: [], stream: 'default' })).toMatchObject({
    kind: 'problem',
  });
});
