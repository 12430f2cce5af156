import { memberOf } from './record-content-type.ts';
import type { GraphFeed } from './world.ts';

const byType: Readonly<Record<string, GraphFeed>> = {
  interactiveuser: 'signIns.interactive',
  noninteractiveuser: 'signIns.nonInteractive',
  serviceprincipal: 'signIns.servicePrincipal',
  managedidentity: 'signIns.managedIdentity',
};

/** The list a given sign-in belongs to: as it says itself, or else as its fields show. */
export function signInFeedOf(record: unknown): GraphFeed {
  const said: unknown = memberOf(record, 'signineventtypes');
  for (const type of Array.isArray(said) ? said : []) {
    const feed = byType[String(type).toLowerCase()];
    if (feed !== undefined) return feed;
  }
  const has = (name: string): boolean => (memberOf(record, name) ?? '') !== '';
  if (
    !has('userid') &&
    !has('userprincipalname') &&
    (has('serviceprincipalid') || has('serviceprincipalname'))
  ) {
    const managed =
      memberOf(memberOf(record, 'managedserviceidentity'), 'msitype') ??
      memberOf(record, 'managedidentitytype');
    const isManaged = typeof managed === 'string' && managed !== '' && managed !== 'none';
    return isManaged ? 'signIns.managedIdentity' : 'signIns.servicePrincipal';
  }
  return memberOf(record, 'isinteractive') === false ? 'signIns.nonInteractive' : 'signIns.interactive';
}
