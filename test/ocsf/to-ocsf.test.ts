import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NormalizedEvent, StoredEvent } from '../../shared/model/event.ts';
import { describeClass } from '../../shared/ocsf/describe-class.ts';
import type { OcsfObject } from '../../shared/ocsf/ocsf-event.ts';
import { eventClasses } from '../../shared/ocsf/schema/compiled.ts';
import { toOcsf } from '../../shared/ocsf/to-ocsf.ts';
import { isOcsfEmail } from '../../shared/ocsf/type-problem.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { eventsOf, fixturesOf } from '../../tools/source-goldens.ts';
import { arbitraryEvent, storedEvent } from '../query/arbitrary-event.ts';
import { seed } from '../support/seed.ts';

/** Every text of the event that says something, with where it stands. */
function texts(value: unknown, at = ''): [string, string][] {
  if (typeof value === 'string') return [[at, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, `${at}.${name}`));
}

/** Texts of an event that are not in its OCSF form. What OCSF says by numbers is left out. */
function lost(event: NormalizedEvent & Partial<StoredEvent>, made: OcsfObject): string[] {
  const { time: _t, ingestedAt: _i, outcome: _o, severity: _s, ocsf: _c, ...rest } = event;
  const there = new Set(texts(made).map(([, text]) => text));
  return texts(rest)
    .filter(([at, text]) => !/\.(kind|direction)$/.test(at) && !there.has(text))
    .map(([at]) => at);
}

/** Whether a mail names anybody in the form that OCSF's Email Activity demands; true of all that is no mail. */
function hasAnAddress({ ocsf, mail, actor, targets }: NormalizedEvent): boolean {
  const named = [
    mail?.sender,
    ...(mail?.recipients ?? []),
    actor?.address,
    ...targets.map(target => target.address),
  ];
  return ocsf.class !== 4009 || named.some(address => typeof address === 'string' && isOcsfEmail(address));
}

const anyClass = fc
  .constantFrom(...eventClasses.values())
  .chain(of =>
    fc.constantFrom(...of.activities.captions.keys()).map(activity => ({ class: of.uid, activity })),
  );

describe('an event of any source in the registry', async () => {
  const goldens = (
    await Promise.all(
      sources.map(async source =>
        (await fixturesOf(source.id)).flatMap(fixture =>
          fixture.kind === 'records'
            ? (eventsOf(source, fixture.bytes) as { event?: NormalizedEvent }[]).map(({ event }) => ({
                source,
                event,
              }))
            : [],
        ),
      ),
    )
  ).flat();

  test.each(sources.map(source => source.id))('%s is valid OCSF of its own class, with nothing lost', id => {
    for (const { source, event } of goldens) {
      if (source.id !== id || event === undefined) continue;
      const made = toOcsf({ ...event, source: id, stream: 'default' });
      // The summary says which record it was.
      expect([event.summary, ocsfProblems(made), lost(event, made)]).toEqual([event.summary, [], []]);
      const own = hasAnAddress(event) ? event.ocsf : { class: 6003, activity: 99 };
      expect({ class: made.class_uid, activity: made.activity_id }).toEqual(own);
    }
  });
});

describe('any event', () => {
  test('is valid OCSF, and loses nothing', () => {
    fc.assert(
      fc.property(arbitraryEvent, anyClass, (event, ocsf) => {
        const stored = { ...event, ocsf };
        const made = toOcsf(stored);
        expect(ocsfProblems(made)).toEqual([]);
        expect(lost(stored, made)).toEqual([]);
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      }),
      { seed, numRuns: 500 },
    );
  });
  test('is what it is, whatever class a source may have given it', () => {
    fc.assert(
      fc.property(
        arbitraryEvent,
        fc.integer({ min: -1, max: 9_999 }),
        fc.integer({ min: -1, max: 120 }),
        (event, uid, activity) => {
          const ocsf = { class: uid, activity };
          const made = toOcsf({ ...event, ocsf });
          expect(ocsfProblems(made)).toEqual([]);
          const kept = { class: made.class_uid, activity: made.activity_id };
          if (kept.class !== uid || kept.activity !== activity)
            expect(made['unmapped']).toMatchObject({ ocsf });
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});

describe('an event in its OCSF form', () => {
  test('has a description for every class of the schema, and for no other', () => {
    expect(new Set(Object.keys(describeClass).map(Number))).toEqual(new Set(eventClasses.keys()));
  });
  test('carries its ids, its hash and where it came from', () => {
    const event = storedEvent('1');
    const made = toOcsf(event);
    expect(made).toMatchObject({
      class_uid: 3005,
      activity_id: 1,
      type_uid: 300501,
      category_uid: 3,
      category_name: 'Identity & Access Management',
      activity_name: 'Assign Privileges',
      time: Date.parse(event.time),
      severity_id: 3,
      status_id: 1,
      message: event.summary,
      user: { uid: 'u-2', name: 'mira.holt@contoso.example', display_name: 'Mira Holt', type_id: 1 },
      actor: { user: { uid: 'u-1' }, app_name: 'Azure Portal' },
      src_endpoint: { ip: '198.51.100.7', location: { country: 'SE' } },
      http_request: { user_agent: 'Mozilla/5.0 (demo)' },
      privileges: ['unknown'],
      metadata: {
        version: '1.8.0',
        uid: event.id,
        tenant_uid: event.tenant,
        log_name: 'entra.directory-audits',
        event_code: 'Add member to role',
        product: { vendor_name: 'Microsoft', name: 'Entra ID' },
        processed_time: Date.parse(event.ingestedAt),
      },
      unmapped: { category: 'role', raw: event.raw, mapping: 1, revision: 1 },
    });
    expect(made['observables']).toContainEqual({
      name: 'src_endpoint.ip',
      type_id: 2,
      value: '198.51.100.7',
    });
  });
  test('of a mail without a sender has none: whether it was a bounce, or it was left out, its sentence says', () => {
    const mail = {
      messageId: '<1@contoso.example>', sender: null, recipients: ['mira.holt@contoso.example'], subject: null,
      direction: 'external', status: 'Quarantined', size: 12,
    } as const; // prettier-ignore
    const event = { ...storedEvent('2'), actor: null, ocsf: { class: 4009, activity: 4 } };
    const made = toOcsf({ ...event, mail: { ...mail, recipients: [...mail.recipients] } });
    expect(made['from']).toBeUndefined();
    expect(made).toMatchObject({
      email: { to: ['mira.holt@contoso.example'], size: 12 },
      direction_id: 99,
      direction: 'external',
      disposition_id: 3,
      metadata: { profiles: ['host', 'security_control'] },
    });
    expect(JSON.stringify(made)).not.toContain('<>');
  });
  test('of a mail nobody can be named for is API activity, and keeps its class beside it', () => {
    const mail = {
      messageId: null, sender: 'Ø <ø@contoso>', recipients: ['undisclosed recipients'], subject: 'x', direction: 'unknown',
      status: null, size: null,
    } as const; // prettier-ignore
    const event = { ...storedEvent('3'), actor: null, targets: [], ocsf: { class: 4009, activity: 1 } };
    const made = toOcsf({ ...event, mail: { ...mail, recipients: [...mail.recipients] } });
    expect(made).toMatchObject({
      class_uid: 6003,
      activity_id: 99,
      activity_name: 'Add member to role',
      unmapped: { ocsf: { class: 4009, activity: 1 }, mail: { sender: 'Ø <ø@contoso>' } },
    });
  });
  test('has the number that a reason begins with as its status code', () => {
    expect(toOcsf({ ...storedEvent('5'), reason: '50126: Invalid password' })['status_code']).toBe('50126');
    expect(toOcsf({ ...storedEvent('5'), reason: '3 attempts' })['status_code']).toBeUndefined();
  });
  test('of a finding has a status only where its reason is one', () => {
    const finding = { ...storedEvent('4'), ocsf: { class: 2005, activity: 2 } };
    expect(toOcsf({ ...finding, reason: 'inProgress' })).toMatchObject({
      status_id: 2,
      status: 'In Progress',
    });
    expect(toOcsf({ ...finding, reason: 'awaitingAction' })).toMatchObject({
      status_id: 0,
      status_detail: 'awaitingAction',
      unmapped: { outcome: 'success' },
    });
  });
});
