import { describe, expect, test } from 'vitest';
import { eventClasses, classProblem } from '../../shared/ocsf/schema/compiled.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { examples } from './examples.ts';

type Fields = Record<string, unknown>;
const problems = (event: unknown): string[] => ocsfProblems(event).map(({ path, says }) => `${path} ${says}`);
const signIn = examples['a failed sign-in'] as Fields;
const trace = examples['a traced mail'] as Fields;
const opened = examples['an opened file'] as Fields;

describe('the validator', () => {
  test.each(Object.entries(examples))('finds nothing wrong with %s', (_, example) => {
    expect(problems(example)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['what is no object', [signIn], ' is not an object'],
    ['a class nobody knows', { ...signIn, class_uid: 9_999 }, 'class_uid is not a class of the compiled schema'],
    ['a missing attribute of the base event', { ...signIn, time: undefined }, 'time is required'],
    ['a missing attribute of the class', { ...signIn, user: null }, 'user is required'],
    ['a missing attribute of an object', { ...opened, file: { name: 'x' } }, 'file.type_id is required'],
    ['an empty list that is required', { ...of(3005), privileges: [] }, 'privileges is required and empty'],
    ['seconds for milliseconds', { ...signIn, time: 1.5 }, 'time should be whole milliseconds since 1970'],
    ['a time as text', { ...signIn, time: '2026-01-05' }, 'time should be whole milliseconds since 1970'],
    ['one thing where a list belongs', { ...trace, to: 'a@contoso.example' }, 'to should be a list'],
    ['a list where one thing belongs', { ...signIn, user: [] }, 'user should be an object'],
    ['a display name in an address', { ...trace, to: ['A <a@contoso.example>'] }, 'to[0] should be a bare mail address'],
    ['the null sender', { ...trace, from: '<>' }, 'from should be a bare mail address'],
    ['an address with a port', { ...signIn, src_endpoint: { ip: '192.0.2.1:443' } }, 'src_endpoint.ip should be an IP address without a port'],
    ['a port that is none', { ...signIn, src_endpoint: { ip: '192.0.2.1', port: 65_536 } }, 'src_endpoint.port should be a port from 0 to 65535'],
    ['another class’s activity', { ...signIn, activity_id: 12, activity_name: undefined, type_uid: 300_212 }, 'activity_id is none of 0, 1, 2, 3, 4, 5, 6, 7, 99'],
    ['a severity that is none', { ...signIn, severity_id: 7 }, 'severity_id is none of 0, 1, 2, 3, 4, 5, 6, 99'],
    ['an enumeration inside an object', { ...signIn, user: { name: 'x', type_id: 5 } }, 'user.type_id is none of 0, 1, 2, 3, 4, 99'],
    ['a finding’s status outside its own', { ...examples['a clicked link'] as Fields, status_id: 7 }, 'status_id is none of 0, 1, 2, 3, 4, 5, 6, 99'],
    ['99 without the source’s own word', { ...signIn, activity_id: 99, activity_name: undefined, type_uid: 300_299 }, 'activity_name is needed beside 99: the source’s own word'],
    ['a caption that is not the number’s', { ...signIn, activity_name: 'Logoff' }, 'activity_name should be “Logon”, as the number beside it says'],
    ['a type that is not the class’s', { ...signIn, type_uid: 300_202 }, 'type_uid is not class_uid × 100 + activity_id'],
    ['a category that is not the class’s', { ...signIn, category_uid: 4 }, 'category_uid is not that of the class'],
    ['none of what one is needed of', { ...signIn, service: undefined }, ' needs at least one of service, dst_endpoint'],
    ['none of what an object needs one of', { ...signIn, user: {} }, 'user needs at least one of account, name, uid'],
    ['two where just one may be', { ...of(3003), privileges: ['x'], group: { name: 'y' } }, ' needs exactly one of privileges, group'],
    ['a profile’s attribute without the profile', { ...trace, metadata: { product: { name: 'x' }, version: '1.8.0' } }, 'disposition_id needs the profile security_control in metadata.profiles'],
    ['a profile that is none', { ...opened, metadata: { product: { name: 'x' }, version: '1.8.0', profiles: ['dark'] } }, 'metadata.profiles names a profile that is none'],
    ['a profile without what it demands', { ...opened, metadata: { product: { name: 'x' }, version: '1.8.0', profiles: ['cloud'] } }, 'cloud is required by the profile cloud'],
    ['a date beside the milliseconds', { ...opened, time_dt: '2026-01-05T09:58:02Z' }, 'time_dt needs the profile datetime in metadata.profiles'],
    ['another version', { ...opened, metadata: { product: { name: 'x' }, version: '1.7.0' } }, 'metadata.version is not 1.8.0'],
    ['an attribute nobody knows', { ...opened, colour: 'red' }, 'colour is no attribute of its class or object'],
    ['an attribute nobody knows in an object', { ...opened, file: { name: 'x', type_id: 1, colour: 'red' } }, 'file.colour is no attribute of its class or object'],
  ])('finds %s', (_, event, says) => {
    expect(problems(event)).toContain(says);
  }); // prettier-ignore
});

describe('a class that no event can have', () => {
  test.each([
    [{ class: 5002, activity: 1 }, /^OCSF class 5002 is not in shared\/ocsf\/schema\/classes\.ts/],
    [{ class: 3002, activity: 8 }, /^OCSF class 3002 \(authentication\) has no activity 8; it has 0, 1, /],
  ])('%j has a sentence', (ocsf, says) => {
    expect(classProblem(ocsf)).toMatch(says);
  });
  test('is none of the compiled ones with one of its own activities', () => {
    for (const [uid, { activities }] of eventClasses) {
      for (const activity of activities.captions.keys())
        expect(classProblem({ class: uid, activity })).toBeNull();
    }
  });
});

/** A bare event of a class, to spoil in one place. */
function of(class_uid: number): Fields {
  return {
    activity_id: 1, category_uid: 3, class_uid, type_uid: class_uid * 100 + 1, severity_id: 1, time: 1_767_607_082_000,
    metadata: { version: '1.8.0', product: { name: 'x' } }, user: { name: 'mira' },
  }; // prettier-ignore
}
