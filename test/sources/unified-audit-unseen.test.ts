import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

// Records of services nobody mapped by name: what they say in forms services share is read all the same.
const base = { Id: '1', CreationTime: '2026-11-03T10:11:12', UserId: 'mira@contoso.example', UserType: 0 };
const audit = (record: object): NormalizedEvent => readEvent(m365UnifiedAudit, { ...base, ...record }).event;
const said = (record: object): string[] =>
  audit(record).targets.map(
    ({ kind, id, name, address }) => `${kind} ${[id, name, address].filter(part => part !== null).join(' ')}`,
  );

const shifts = { RecordType: 73, Workload: 'MicrosoftTeams', Operation: 'ShiftEdited' };
const unknown = { RecordType: 5000, Workload: 'FutureService', Operation: 'WidgetShared' };

describe('an id of zero', () => {
  test.each<[string, object, string[]]>([
    ['of a message and a person', { RecordType: 22, Operation: 'X', GroupName: 'All', MessageId: 0, TargetYammerUserId: 0 }, ['group All']],
    ['of a message, in quotes', { RecordType: 25, Operation: 'X', ChatThreadId: '19:a@thread.v2', MessageId: '0' }, ['other 19:a@thread.v2']],
    ['of a thing that has a name', { ...unknown, WidgetId: 0, WidgetName: 'Dial' }, ['other Dial']],
    ['less one', { ...unknown, WidgetId: -1 }, []],
    ['of the object', { ...unknown, ObjectId: 0 }, []],
  ])('is none: %s', (_, record, targets) => {
    expect(said(record)).toEqual(targets);
  }); // prettier-ignore
  test('of whoever did it is none', () => {
    expect(audit({ ...unknown, UserKey: 0 }).actor).toMatchObject({ id: null, address: base.UserId });
  });
});

describe('whom it was done to', () => {
  test.each<[string, object, string[]]>([
    ['a list in a string', { ...shifts, AffectedMembers: '["jan@contoso.example","ana@contoso.example"]' }, ['user jan@contoso.example', 'user ana@contoso.example']],
    ['objects', { ...shifts, AffectedMembers: [{ UPN: 'jan@contoso.example', DisplayName: 'Jan', ObjectId: 'o' }] }, ['user o Jan jan@contoso.example']],
    ['one alone', { ...shifts, AffectedMember: 'jan@contoso.example' }, ['user jan@contoso.example']],
    ['under names of a service’s own', { ...unknown, WidgetName: 'Dial', SeatHolder: 'jan@contoso.example', CloudPCUserUPN: 'ana@contoso.example' }, ['other Dial', 'user jan@contoso.example', 'user ana@contoso.example']],
    ['in JSON in a string', { RecordType: 66, Operation: 'AddCollaborator', FormName: 'Poll', ActivityParameters: '{"CollaboratorUserId":"jan@contoso.example"}' }, ['other Poll', 'user jan@contoso.example']],
    ['among names and values', { RecordType: 31, Operation: 'X', CaseName: 'Case 1', ExtendedProperties: [{ Name: 'CustodianEmail', Value: 'jan@contoso.example' }] }, ['other Case 1', 'user jan@contoso.example']],
    ['after the approval they were asked for', { RecordType: 92, Operation: 'X', ApprovalTitle: 'Lamp', Approvers: ['jan@contoso.example'] }, ['other Lamp', 'user jan@contoso.example']],
    ['people in objects, never as things', { ...unknown, Staff: '[{"DisplayName":"Jan","Email":"jan@contoso.example"}]' }, ['user Jan jan@contoso.example']],
    ['ids of several', { RecordType: 302, Operation: 'X', RoleName: 'Reader', UserIds: ['00000001-1111-4222-8333-444455556666'] }, ['role Reader', 'user 00000001-1111-4222-8333-444455556666']],
    ['a delegate of a calendar', { RecordType: 2, Operation: 'UpdateCalendarDelegation', MailboxOwnerUPN: 'jan@contoso.example', OperationProperties: [{ Name: 'DelegateRecipient', Value: 'ana@contoso.example' }] }, ['mailbox jan@contoso.example', 'user ana@contoso.example']],
    ['who was invited to a share', { RecordType: 174, Operation: 'X', Invitation: { ShareId: 's', ShareName: 'Roster', Invitees: ['00000001-1111-4222-8333-444455556666'] } }, ['other s Roster', 'user 00000001-1111-4222-8333-444455556666']],
    ['a name alone', { RecordType: 278, Operation: 'X', EnvironmentName: 'Prod', TargetUserName: 'JAN' }, ['other Prod', 'user JAN']],
    ['the id of an actor elsewhere', { RecordType: 202, Operation: 'X', TaskListId: 'l', TargetActorId: '00000001-1111-4222-8333-444455556666' }, ['other l', 'user 00000001-1111-4222-8333-444455556666']],
    ['of an alert of another service', { RecordType: 98, Operation: 'X', AlertId: 'a', Name: 'Suspended', TargetUserEmail: 'jan@contoso.example' }, ['policy Suspended', 'user jan@contoso.example']],
  ])('is found: %s', (_, record, targets) => {
    expect(said(record)).toEqual(targets);
  }); // prettier-ignore
  test.each<[string, object]>([
    ['the actor once more', { OwnUser: 'MIRA@contoso.example' }],
    ['whoever made it', { CreatedBy: 'jan@contoso.example', RequestorEmail: 'jan@contoso.example' }],
    ['a thread, a message or a picture', { ThreadRef: '19:a@thread.v2', Ref: '<a@b.example>', Icon: 'a@2x' }],
    ['what a data-loss policy found', { PolicyDetails: [{ Rules: [{ Found: 'jan@contoso.example' }] }] }],
  ])('is not %s', (_, record) => {
    expect(said({ ...unknown, WidgetName: 'Dial', ...record }).filter(one => one.startsWith('user'))).toEqual(
      [],
    );
  });
  test('a role of an app is given to the user its change names', () => {
    const event = said({
      RecordType: 8,
      Operation: 'Add app role assignment grant to user.',
      Target: [{ ID: 'App', Type: 1 }, { ID: 'ServicePrincipal', Type: 2 }],
      ModifiedProperties: [
        { Name: 'AppRole.Value', NewValue: 'Mail.Read', OldValue: '' },
        { Name: 'User.UPN', NewValue: '"jan@contoso.example"', OldValue: '' },
        { Name: 'User.ObjectID', NewValue: '"o"', OldValue: '' },
      ],
    }); // prettier-ignore
    expect(event).toEqual(['application App', 'role Mail.Read', 'user o jan@contoso.example']);
  });
  test('changes are read where their names are display names', () => {
    const ModifiedProperties = [{ DisplayName: 'Group.DisplayName', NewValue: '"Finance"', OldValue: null }];
    expect(said({ RecordType: 8, Operation: 'Add member to group.', ModifiedProperties })).toEqual([
      'group Finance',
    ]);
  });
});

describe('what it was done to', () => {
  test.each<[string, object, string[]]>([
    ['a path', { RecordType: 172, Operation: 'X', ItemPath: 'https://contoso.example/a.docx' }, ['other https://contoso.example/a.docx']],
    ['an identifier', { ...unknown, WidgetIdentifier: 'w-1' }, ['other w-1']],
    ['an approval, with the environment it lies in', { RecordType: 92, Operation: 'X', EnvironmentId: 'e', ApprovalTitle: 'Lamp', ApprovalId: 'a' }, ['other e', 'other a Lamp']],
    ['a title without more', { RecordType: 92, Operation: 'X', Title: 'Lamp' }, ['other Lamp']],
    ['an id here and a display name there', { RecordType: 364, Operation: 'X', PlaceId: 'p', DisplayName: 'Room 1' }, ['other p Room 1']],
    ['an indicator', { RecordType: 112, Operation: 'X', IndicatorValue: 'bad.example' }, ['other bad.example']],
    ['an indicator under another name', { RecordType: 112, Operation: 'X', EntityType: 'Ip', EntityValue: '203.0.113.99' }, ['other 203.0.113.99']],
    ['a device under both its names', { RecordType: 110, Operation: 'X', DeviceName: 'pc-9', MachineId: 'ff' }, ['device ff pc-9']],
    ['JSON in a string', { ...unknown, Payload: '{"WidgetName":"Dial","WidgetId":"7"}' }, ['other 7 Dial']],
    ['an app that has only its id', { RecordType: 45, Operation: 'X', AppName: '00000001-1111-4222-8333-444455556666' }, ['application 00000001-1111-4222-8333-444455556666']],
    ['where a message was moved to', { RecordType: 3, Operation: 'Move', MailboxOwnerUPN: 'jan@contoso.example', AffectedItems: [{ Id: 'm', Subject: 'Plan' }], Folder: { Id: 'f', Path: '\\Inbox' }, DestFolder: { Id: 'g', Path: '\\Archive' } }, ['mailbox jan@contoso.example', 'message m Plan', 'other g \\Archive']],
    ['an app that was disabled', { RecordType: 117, Operation: 'AppDisabled', AppName: 'Odd app', AppId: 'a' }, ['application a Odd app']],
    ['an app that was let copy data', { RecordType: 217, Operation: 'ConsentApproved', ApplicationId: 'a', ApplicationName: 'Org study', Approver: 'x' }, ['application a Org study']],
    ['a file with its id', { RecordType: 22, Operation: 'X', FileId: 991, FileName: 'a.docx' }, ['file 991 a.docx']],
    ['a bot, and the environment it lies in', { RecordType: 384, Operation: 'X', EnvironmentId: 'e', BotId: 'b', BotName: 'Help' }, ['other e', 'application b Help']],
    ['not the device somebody signed in with', { RecordType: 15, Operation: 'UserLoggedIn', DeviceProperties: '[{"Name":"Id","Value":"d"},{"Name":"DisplayName","Value":"pc-7"}]' }, []],
    ['an object with a claim before it', { ...unknown, ObjectId: 'i:0#.f|membership|jan@contoso.example' }, ['user jan@contoso.example']],
    ['an object that is JSON is no name', { ...unknown, ObjectId: '[{"view":"mine"}]' }, []],
    ['the address an alert’s entity has besides', { RecordType: 98, Operation: 'X', AlertId: 'a', Entities: [{ id: 'jan', type: 'account', label: 'Jan', pa: 'jan@contoso.example' }] }, ['user Jan jan@contoso.example']],
    ['an alert’s title', { RecordType: 166, Operation: 'AlertUpdated', AlertId: 'a', Title: 'Odd logon' }, ['policy Odd logon']],
    ['an application, once', { RecordType: 8, Operation: 'X', ObjectId: 'Application_00000001-1111-4222-8333-444455556666', Target: [{ ID: 'Application_00000001-1111-4222-8333-444455556666', Type: 2 }] }, ['application 00000001-1111-4222-8333-444455556666']],
    ['objects that are its targets', { RecordType: 384, Operation: 'X', TargetObjects: [{ Type: 'Agent', Id: 'b', Name: 'Bot' }] }, ['other b Bot']],
    ['the folder, where nothing in it is named', { RecordType: 3, Operation: 'RecordDelete', Folder: { Id: 'f', Path: '\\Purges' } }, ['other f \\Purges']],
  ])('is found: %s', (_, record, targets) => {
    expect(said(record)).toEqual(targets);
  }); // prettier-ignore
});

describe('how it ended', () => {
  test.each<[string, object, string, string | null]>([
    ['Sway', { RecordType: 12, OperationResult: 'Failed' }, 'failure', 'Failed'],
    ['a Cloud PC', { RecordType: 5000, ActionResult: 'Succeeded' }, 'success', null],
    ['a job', { RecordType: 183, JobStatus: 'Failed', FailureReason: 'quota' }, 'failure', 'quota'],
    ['a flag', { RecordType: 5000, Succeeded: false, ErrorMessage: 'gone' }, 'failure', 'gone'],
    ['a reason of failure', { RecordType: 300, FailureReason: 'SiteLocked' }, 'failure', 'SiteLocked'],
    ['Entra', { RecordType: 8, ResultStatus: 'failure', ResultReason: 'PolicyViolation' }, 'failure', 'PolicyViolation'],
    ['an error', { RecordType: 5000, ErrorCode: 'AccessDenied' }, 'failure', 'AccessDenied'],
    ['an error that is none', { RecordType: 5000, ErrorCode: '0' }, 'unknown', null],
    ['a number of HTTP', { RecordType: 5000, HttpStatusCode: 403 }, 'failure', '403'],
    ['an outcome', { RecordType: 5000, Outcome: 'Failure' }, 'failure', 'Failure'],
    ['a code in words', { RecordType: 5000, ResultCode: 'Success' }, 'success', null],
    ['a sign-in to the portal of encrypted mail', { RecordType: 154, AuthenticationStatus: 1 }, 'failure', null],
    ['a click in words', { RecordType: 156, UrlClickAction: 'ClickBlocked' }, 'failure', 'ClickBlocked'],
    ['a click that went on', { RecordType: 156, UrlClickAction: 'ClickAllowed' }, 'success', 'ClickAllowed'],
    ['a click past the page that blocks', { RecordType: 41, URLClickAction: 'BlockPageOverride' }, 'success', 'BlockPageOverride'],
    ['how a thing stands', { RecordType: 216, ComplianceStatus: 'Failed', State: 'Blocked' }, 'success', null],
  ])('is read: %s', (_, record, outcome, reason) => {
    const event = audit({ Operation: 'Changed', ...record });
    expect([event.outcome, event.reason]).toEqual([outcome, reason]);
  }); // prettier-ignore
});

describe('who did it', () => {
  const nobody = { ...unknown, UserId: undefined };
  test.each(['User', 'UserEmail', 'InitiatedBy', 'PerformedBy', 'Caller', 'CallerUpn'])(
    'stands in %s where there is no UserId, and is nobody’s target',
    field => {
      const event = audit({ ...nobody, [field]: 'jan@contoso.example' });
      expect(event.actor?.address).toBe('jan@contoso.example');
      expect(event.targets).toEqual([]);
    },
  );
  test('is not the application a stranger could not sign in with', () => {
    const failed = { RecordType: 15, Operation: 'UserLoginFailed', ApplicationId: 'a', ErrorNumber: 50126 };
    expect(audit({ ...failed, UserId: 'Not Available', UserKey: 'Not Available' }).actor).toBeNull();
  });
  test('has the address that stands beside the id', () => {
    const UserId = '00000001-1111-4222-8333-444455556666';
    const event = audit({ RecordType: 294, UserId, UserPrincipalName: 'jan@contoso.example' });
    expect(event.actor).toMatchObject({ id: UserId, address: 'jan@contoso.example' });
  });
  test('is the application that Actor says it is, whatever the type of user', () => {
    const Actor = [
      { ID: 'Registration', Type: 1 },
      { ID: 'ServicePrincipal_s', Type: 2 },
    ];
    const event = audit({ RecordType: 8, UserId: 'Registration', Actor, Operation: 'Delete device.' });
    expect(event.actor).toMatchObject({ kind: 'application', id: 's', name: 'Registration' });
  });
});
