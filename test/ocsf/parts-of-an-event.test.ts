import { describe, expect, test } from 'vitest';
import type { Entity, EntityKind, NormalizedEvent } from '../../shared/model/event.ts';
import type { OcsfObject } from '../../shared/ocsf/ocsf-event.ts';
import { toOcsf } from '../../shared/ocsf/to-ocsf.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { storedEvent } from '../query/arbitrary-event.ts';

// What stands in an event's required places: who got what, what changed, and what is only named beside it.
const one = (kind: EntityKind, name: string | null, id: string | null = null): Entity => ({
  kind,
  id,
  name,
  address: null,
});
const person = (address: string): Entity => ({ kind: 'user', id: null, name: null, address });
const admin = person('oskar.lind@contoso.example');
const mira = person('mira.holt@contoso.example');
const role = one('role', 'Global Administrator', 'r-1');

function made(ocsf: readonly [klass: number, activity: number], over: Partial<NormalizedEvent>): OcsfObject {
  const event = toOcsf({
    ...storedEvent('1'),
    actor: admin,
    client: null,
    mail: null,
    reason: null,
    targets: [],
    ocsf: { class: ocsf[0], activity: ocsf[1] },
    ...over,
  });
  expect(ocsfProblems(event)).toEqual([]);
  return event;
}

describe('access that was given', () => {
  const given = (...targets: Entity[]): OcsfObject => made([3005, 1], { targets });
  test('to an application is the application’s, not the administrator’s', () => {
    expect(given(one('application', 'Mail Helper', 'app-1'), one('role', 'Mail.ReadWrite'))).toMatchObject({
      user: { uid: 'app-1', name: 'Mail Helper', type_id: 4 },
      privileges: ['Mail.ReadWrite'],
      actor: { user: { name: 'oskar.lind@contoso.example' } },
    });
  });
  test('by one application to another is the latter’s', () => {
    const [graph, helper] = [one('application', 'Graph', 'app-1'), one('application', 'Helper', 'app-2')];
    expect(given(graph, helper)).toMatchObject({ user: { uid: 'app-2' }, privileges: ['Graph'] });
  });
  test('to a group is the group’s, also where an application gives it', () => {
    const event = given(one('application', 'Payroll', 'app-1'), one('group', 'Finance', 'g-1'));
    expect(event).toMatchObject({ user: { uid: 'g-1' }, privileges: ['Payroll'] });
    expect(given(one('group', 'Helpdesk', 'g-1'), role)).toMatchObject({ user: { uid: 'g-1' } });
  });
  test('to whoever stands before the role is theirs, though nobody says what they are', () => {
    const event = given(one('other', null, 'p-1'), role, one('group', 'Admins', 'g-1'));
    expect(event).toMatchObject({ user: { uid: 'p-1' }, privileges: ['Global Administrator'] });
  });
  test('to nobody who is named is nobody’s', () => {
    expect(given(role)).toMatchObject({ user: { name: 'unknown' }, privileges: ['Global Administrator'] });
    const whole = one('other', null, '/subscriptions/s');
    expect(given(whole)).toMatchObject({ user: { name: 'unknown' }, privileges: ['/subscriptions/s'] });
  });
  test('in a console is not the console', () => {
    const client = { ...storedEvent('1').client, app: 'Console' } as NormalizedEvent['client'];
    const targets = [mira, one('application', 'Console')];
    const access = made([3005, 1], { targets, client });
    expect(access).toMatchObject({ user: { name: 'mira.holt@contoso.example' }, privileges: ['unknown'] });
    const group = made([3006, 3], { targets, client });
    expect(group).toMatchObject({ group: { name: 'unknown' }, user: { name: 'mira.holt@contoso.example' } });
    const call = made([6003, 1], { targets, client });
    expect(call['resources']).toEqual([expect.objectContaining({ name: 'mira.holt@contoso.example' })]);
  });
});

describe('an account that changed', () => {
  test('is never that of whoever changed it, if it is not told', () => {
    expect(made([3001, 1], {})['user']).toMatchObject({ name: 'unknown' });
    const named = made([3001, 99], { targets: [one('other', null, 'u-7')] });
    expect(named['user']).toMatchObject({ uid: 'u-7' });
  });
});

test('whoever signed in is not what they signed in to', () => {
  const event = made([3002, 1], { actor: null, targets: [one('application', 'Payroll', 'app-1')] });
  expect(event).toMatchObject({ user: { name: 'unknown' }, service: { uid: 'app-1' } });
});

test('what somebody signed in with is not what they signed in to', () => {
  const client = { ...storedEvent('1').client, app: 'Browser' } as NormalizedEvent['client'];
  const event = made([3002, 1], { client });
  expect(event).toMatchObject({ actor: { app_name: 'Browser' }, service: { name: 'Entra ID' } });
});

describe('a file', () => {
  const [a, b] = [
    one('file', 'a.docx', 'https://c.example/a.docx'),
    one('file', 'b.docx', 'https://c.example/b.docx'),
  ];
  test('is no person, nor a group, that is named beside its site', () => {
    const file = (...targets: Entity[]): unknown => made([6006, 99], { targets })['file'];
    expect(file(mira, one('group', 'Visitors'), one('site', 'hr', 's-1'))).toMatchObject({ name: 'hr' });
    expect(file(mira)).toMatchObject({ name: 'unknown' });
    expect(file(mira, a)).toMatchObject({ name: 'a.docx' });
  });
  test.each([5, 6, 7])('that became another has that beside it (%i)', activity => {
    const event = made([6006, activity], { targets: [a, b] });
    expect(event).toMatchObject({
      file: { name: 'a.docx' },
      file_result: { path: 'https://c.example/b.docx' },
    });
  });
  test('of which another is only named has not become it', () => {
    expect(made([6006, 14], { targets: [a, b] })['file_result']).toBeUndefined();
  });
});

test('the thing somebody is made owner or member of is what changed', () => {
  const entity = (...targets: Entity[]): unknown => made([3004, 3], { targets })['entity'];
  expect(entity(mira, one('device', 'pc-7', 'd-1'))).toMatchObject({ uid: 'd-1', type_id: 1 });
  expect(entity(mira)).toMatchObject({ name: 'mira.holt@contoso.example', type_id: 2 });
});

test('of two groups the one that stands last took in the other; a person is put into the first', () => {
  const [inner, outer] = [one('group', 'Interns', 'g-1'), one('group', 'Staff', 'g-2')];
  const nested = made([3006, 7], { targets: [inner, outer] });
  expect(nested).toMatchObject({ group: { uid: 'g-2' }, subgroup: { uid: 'g-1' } });
  const joined = made([3006, 3], { targets: [mira, inner] });
  expect(joined).toMatchObject({ group: { uid: 'g-1' }, user: { name: 'mira.holt@contoso.example' } });
  expect(joined['subgroup']).toBeUndefined();
});

describe('a finding', () => {
  const sha = 'ab'.repeat(32);
  const targets = [
    mira, person('jan.berg@contoso.example'), one('file', 'a.exe', sha), one('file', 'b.dll', 'cd'.repeat(16)),
    one('file', 'c.docx', 'item-7'), one('other', 'https://evil.example/a'), one('other', 'https://evil.example/b'),
    one('other', '198.51.100.9'), one('device', '', 'd-1'),
  ]; // prettier-ignore
  const event = made([2004, 1], { actor: mira, targets });
  const files = [
    { hashes: [{ algorithm_id: 3, algorithm: 'SHA-256', value: sha }] },
    { hashes: [{ algorithm_id: 1, algorithm: 'MD5', value: 'cd'.repeat(16) }] },
    { uid: 'item-7' },
  ];

  test('has every person, file and link that it was found in, and hashes for hashes', () => {
    expect(event['evidences']).toMatchObject([
      { user: { name: 'mira.holt@contoso.example' }, file: files[0], url: { url_string: 'https://evil.example/a' } },
      { user: { name: 'jan.berg@contoso.example' } },
      { file: files[1] },
      { file: files[2] },
      { url: { url_string: 'https://evil.example/b' } },
    ]); // prettier-ignore
    expect(JSON.stringify(event['evidences'])).not.toContain(`"uid":"${sha}"`);
  });
  test('says of what it names no more than that it is related, but for who did it', () => {
    const roles = (event['resources'] as OcsfObject[]).map(({ role_id }) => role_id);
    expect(roles).toEqual([2, 4, 4, 4, 4, 4, 4, 4, 4]);
  });
  test('is found by its hashes, links and addresses', () => {
    for (const [name, type_id, value] of [
      ['evidences.file.hashes.value', 8, sha],
      ['evidences.url.url_string', 6, 'https://evil.example/b'],
      ['resources.name', 2, '198.51.100.9'],
      ['evidences.actor.user.email_addr', 5, 'mira.holt@contoso.example'],
    ]) {
      expect(event['observables']).toContainEqual({ name, type_id, value });
    }
    const named = (event['observables'] as OcsfObject[]).filter(({ name }) => name === 'resources.name');
    expect(named).toHaveLength(1);
  });
  test('of nothing wrong, as of a link that is clean, is no alert', () => {
    for (const klass of [2004, 2006]) {
      expect(made([klass, 1], { severity: 'informational' })['is_alert']).toBeUndefined();
      expect(made([klass, 1], { severity: 'low' })['is_alert']).toBe(true);
    }
  });
  test('that is not stored yet has no id, though an incident has its own', () => {
    const { id: _, ...rest } = storedEvent('1');
    const finding = (klass: number) =>
      toOcsf({ ...rest, correlationId: '1042', ocsf: { class: klass, activity: 1 } });
    expect(finding(2004)['finding_info']).toMatchObject({ uid: 'unknown' });
    expect(finding(2005)['finding_info_list']).toMatchObject([{ uid: '1042' }]);
  });
  test.each([
    ['active', 2005, { status_id: 1, status: 'New' }],
    ['redirected', 2005, { status_id: 5, status: 'Closed' }],
    ['active', 2004, { status_id: 1 }],
    [
      'resolved, informationalExpectedActivity, other',
      2004,
      { status_id: 4, verdict_id: 5, verdict: 'Benign' },
    ],
    ['somethingNew', 2005, { status_id: 0 }],
  ])('that is %s (%i) is so in OCSF’s words', (reason, klass, said) => {
    expect(made([klass, 2], { reason })).toMatchObject(said);
  });
});

test.each([
  ['accepted', 1, 1],
  ['archived', 1, 1],
  ['blocked', 2, 2],
  ['dropped', 2, 6],
  ['retry', 3, 14],
])('a mail that was %s', (status, action_id, disposition_id) => {
  const mail = {
    messageId: '<1@contoso.example>', sender: 'billing@fabrikam.example', recipients: ['mira.holt@contoso.example'],
    subject: null, direction: 'inbound', status, size: null,
  } as const; // prettier-ignore
  const event = made([4009, 2], { mail: { ...mail, recipients: [...mail.recipients] } });
  expect(event).toMatchObject({ action_id, disposition_id });
});

test('nobody is said to work on an incident, nor that nobody does', () => {
  expect(made([2005, 1], {})['assignee_group']).toEqual({ name: 'unknown' });
});
