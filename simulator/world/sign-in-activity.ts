import { applicationId, type Doer, doerOf, unifiedJson, type Writer } from './audit-envelope.ts';
import { addressOf, type Cast } from './cast.ts';
import type { Person } from './people.ts';
import { chance, guid, pick, table, type Random } from './random.ts';

export interface DirectoryAct {
  /** 8 a change in the directory, 15 a sign-in. */
  readonly recordType: number;
  readonly operation: string;
  readonly result: string;
  readonly doer: Doer;
  readonly actorId: string;
  readonly ip: string;
  readonly objectId: string;
  readonly targetId: string;
  /** Members as JSON text: {"Name","Value"} and {"Name","NewValue","OldValue"}. */
  readonly extended: string;
  readonly modified: string;
  readonly error: string;
}

/** A record of Audit.AzureActiveDirectory: the directory's changes once more, under other ids, and sign-ins. */
export function directoryJson(cast: Cast, r: Random, time: number, act: DirectoryAct): string {
  return unifiedJson(cast, r, time, {
    recordType: act.recordType,
    operation: act.operation,
    workload: 'AzureActiveDirectory',
    doer: act.doer,
    ip: act.ip,
    result: act.result,
    objectId: act.objectId,
    more:
      `,"AzureActiveDirectoryEventType":1,"ExtendedProperties":[${act.extended}],"ModifiedProperties":[${act.modified}],` +
      `"Actor":[{"ID":"${act.actorId}","Type":0},{"ID":"${act.doer.userId}","Type":5}],` +
      `"ActorContextId":"${cast.tenantId}","ActorIpAddress":"${act.ip}","InterSystemsId":"${guid(r)}",` +
      `"IntraSystemId":"${guid(r)}","SupportTicketId":"","Target":[{"ID":"${act.targetId}","Type":0}],` +
      `"TargetContextId":"${cast.tenantId}","ApplicationId":"${applicationId(r)}"${act.error}`,
  });
}

/** A sign-in that worked, or why it did not. */
export function signInAct(person: Person, ip: string, error: string | null, agent: string): DirectoryAct {
  const detail = error === null ? 'Success' : 'Redirect';
  return {
    recordType: 15,
    operation: error === null ? 'UserLoggedIn' : 'UserLoginFailed',
    result: error === null ? 'Success' : 'Failed',
    doer: { ...doerOf(person), userKey: person.id },
    actorId: person.id,
    ip,
    objectId: 'Unknown',
    targetId: 'Unknown',
    extended:
      `{"Name":"ResultStatusDetail","Value":"${detail}"},{"Name":"UserAgent","Value":"${agent}"},` +
      `{"Name":"RequestType","Value":"OAuth2:Authorize"}`,
    modified: '',
    error:
      (error === null ? ',"ErrorNumber":"0"' : `,"ErrorNumber":"50126","LogonError":"${error}"`) +
      `,"DeviceProperties":[{"Name":"OS","Value":"Windows 10"},{"Name":"BrowserType","Value":"Other"},` +
      `{"Name":"DisplayName","Value":"${person.device}"}]`,
  };
}

/** A change made by a person. `modified` values are JSON inside a string, as in the directory's own log. */
export function changeAct(
  operation: string,
  by: Person,
  ip: string,
  target: { readonly id: string; readonly name: string },
  modified: string,
): DirectoryAct {
  return {
    recordType: 8,
    operation,
    result: 'Success',
    doer: doerOf(by),
    actorId: by.id,
    ip,
    objectId: target.name,
    targetId: target.id,
    extended: `{"Name":"additionalDetails","Value":"{\\"User-Agent\\":\\"Demo\\"}"},{"Name":"extendedAuditEventCategory","Value":"User"}`,
    modified,
    error: '',
  };
}

const signIn: Writer = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  const error = chance(r, 0.07)
    ? pick(r, ['InvalidUserNameOrPassword', 'UserStrongAuthClientAuthNRequired'])
    : null;
  return directoryJson(cast, r, time, signInAct(person, addressOf(r, person), error, person.agent));
};
const appSignIn: Writer = (cast, r, time) => {
  const app = pick(r, cast.principals);
  const act = signInAct(cast.staff.permanent(0), '192.0.2.250', null, 'Demo-Robot/1.0');
  const doer: Doer = { userId: `ServicePrincipal_${app.id}`, userKey: 'Not Available', userType: 6 };
  return directoryJson(cast, r, time, { ...act, doer, actorId: app.id });
};
const change: Writer = (cast, r, time) => {
  const admin = cast.staff.admin(r);
  const person = cast.staff.someone(r, time);
  const operation = pick(r, [
    'Update user.',
    'Add member to group.',
    'Change user license.',
    'Reset user password.',
  ]);
  const modified = `{"Name":"Included Updated Properties","NewValue":"\\"Department\\"","OldValue":""}`;
  const target = { id: person.id, name: person.address };
  return directoryJson(cast, r, time, changeAct(operation, admin, addressOf(r, admin), target, modified));
};

const kinds = table<Writer>([
  { weight: 62, value: signIn },
  { weight: 14, value: appSignIn },
  { weight: 24, value: change },
]);
/** An ordinary record of Audit.AzureActiveDirectory. */
export const signInActivity: Writer = (cast, r, time) => kinds(r)(cast, r, time);
