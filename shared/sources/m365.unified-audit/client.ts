import type { Client } from '../../model/event.ts';
import { client } from '../_kit/entity.ts';
import { parseIp, type IpAndPort } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { addressNamed, mayHoldAddress } from '../_kit/named-address.ts';
import { namedValues } from '../_kit/named-values.ts';
import { fields, firstWord, integer, list, word, type Fields } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { investigatedIp } from './investigation.ts';
import { actsOnDevices, isOfApps, type Family } from './record-types.ts';

/** From where and with what. */
export function clientOf(facts: AuditFacts): Client | null {
  const { record, access } = facts;
  const found = addressOf(facts);
  const device =
    record.DeviceProperties === undefined ? null : namedValues(record.DeviceProperties, 'Name', 'Value');
  const common = fields(record.Common);
  const endpoint = fields(record.EndpointMetaData);
  const extra =
    record.ExtraProperties === undefined ? null : namedValues(record.ExtraProperties, 'Key', 'Value');
  // Of an alert about a device, under short names.
  const held = facts.family === 'alert' && record.Data !== undefined ? facts.data() : null;
  const region = word(record.ClientRegion) ?? word(extra?.get('country'));
  const appIsThing = isOfApps(facts.type);
  return client({
    ip: found?.ip ?? null,
    port: found?.port ?? null,
    userAgent: userAgentOf(facts),
    app:
      firstWord(access?.['ClientAppName'], record.ApplicationDisplayName, appIsThing ? null : record.ApplicationName) ??
      firstWord(
        common?.['ApplicationName'], record.ClientProcessName, appIsThing ? null : record.AppName,
        record.ClientApplication, record.Application, access?.['ClientAppId'], appIsThing ? null : record.ApplicationId,
      ) ??
      firstWord(
        record.ClientAppId, appIsThing ? null : record.AppId, record.AadAppId, endpoint?.['Application'], extra?.get('clientname'),
        held?.['app'], record.AppIdentity, fields(record.CopilotEventData)?.['AppIdentity'], facts.family === 'directory' ? actingApp(record.Actor) : null,
      ), // prettier-ignore
    device: firstWord(
      device?.get('displayname'), device?.get('name'), actsOnDevices.has(facts.family) ? null : record.DeviceName, common?.['DeviceName'], record.ClientMachineName,
      endpoint?.['DeviceName'], deviceNamed(record.DeviceDisplayName), held?.['dn'], device?.get('id'), access?.['DeviceId'],
    ), // prettier-ignore
    os: firstWord(device?.get('os'), platformNamed(record.Platform), extra?.get('osname')),
    country: region !== null && /^[A-Za-z]{2}$/.test(region) ? region.toUpperCase() : null,
  });
}

/** SharePoint writes the client's address there where it knows no name. */
const deviceNamed = (value: unknown): string | null => (parseIp(value) === null ? word(value) : null);

/** A number of some service's own, also in quotes, names nothing; nor do SharePoint's words for no system at all. */
const platformNamed = (value: unknown): string | null =>
  typeof value === 'string' && integer(value) === null && !/^(Service|Web|NotSpecified)$/.test(value)
    ? word(value)
    : null;

/** Among what identifies a person (5 is their address) the name (1) is that of the app that acted for them. */
function actingApp(actor: unknown): string | null {
  const claims = list(actor).map(fields);
  const name = claims.find(claim => integer(claim?.['Type']) === 1)?.['ID'];
  return name !== undefined && claims.some(claim => integer(claim?.['Type']) === 5) ? word(name) : null;
}

function addressOf(facts: AuditFacts): IpAndPort | null {
  const { record } = facts;
  return (
    // Of a mailbox the first can be that of Microsoft's own server that asked for somebody.
    (facts.family === 'mailbox' ? parseIp(record.ClientIPAddress) : null) ??
    parseIp(record.ClientIP) ??
    parseIp(record.ClientIPAddress) ??
    parseIp(record.ActorIpAddress) ??
    parseIp(record.UserIp) ??
    parseIp(record.SenderIp) ??
    parseIp(record.SenderIP) ??
    parseIp(fields(record.EndpointMetaData)?.['ClientIP']) ??
    alertAddress(facts) ??
    addressNamed(record) ??
    innerAddress(facts)
  );
}

/** Alerts carry theirs in a string of JSON, under short names. */
function alertAddress({ record, family, data }: AuditFacts): IpAndPort | null {
  if (family !== 'alert') return null;
  const held = data();
  return (
    parseIp(held?.['sip']) ??
    parseIp(held?.['cip']) ??
    parseIp(held?.['ecip']) ??
    investigatedIp(held, record.Actions) ??
    entityIp(record.Entities)
  );
}

/** `{ id: '203.0.113.17', type: 'ip' }` among what an alert is about. */
function entityIp(entities: unknown): IpAndPort | null {
  for (const one of list(entities)) {
    const known = fields(one);
    if (firstWord(known?.['type'], known?.['Type'])?.toLowerCase() !== 'ip') continue;
    const found = parseIp(firstWord(known?.['id'], known?.['Id'], known?.['label']));
    if (found !== null) return found;
  }
  return null;
}

/** Services without a field of their own for it hold it in a list of names and values, or one level down. */
function innerAddress({ record, family, access, extended, properties }: AuditFacts): IpAndPort | null {
  const asJson = typeof record.AuditData === 'string' ? fields(unpacked(record.AuditData)) : null;
  return (
    (access === null ? null : addressNamed(access)) ??
    (record.PropertyCollection === undefined ? null : addressInValues(properties())) ??
    (record.ExtraProperties === undefined
      ? null
      : addressInValues(namedValues(record.ExtraProperties, 'Key', 'Value'))) ??
    (record.ExtendedProperties === undefined ? null : addressInValues(extended())) ??
    (asJson === null ? null : addressNamed(asJson)) ??
    (maybeAnywhere.has(family) ? addressInside(record) : null)
  );
}

/** Families of services nobody has mapped, or that hold what they know in objects of their own. */
const maybeAnywhere: ReadonlySet<Family> = new Set(['other', 'platform', 'work', 'compliance', 'threat']);

/** One level down, in an object or in JSON inside a string. */
function addressInside(record: Fields): IpAndPort | null {
  for (const value of Object.values(record)) {
    const inside = typeof value === 'string' && !value.includes('"') ? null : fields(unpacked(value));
    const found = inside === null ? null : addressNamed(inside);
    if (found !== null) return found;
  }
  return null;
}

function addressInValues(values: ReadonlyMap<string, unknown>): IpAndPort | null {
  for (const [name, value] of values) {
    const found = mayHoldAddress(name) ? parseIp(value) : null;
    if (found !== null) return found;
    if (name !== 'additionaldetails') continue;
    const details = fields(unpacked(value));
    const inside = details === null ? null : addressNamed(details);
    if (inside !== null) return inside;
  }
  return null;
}

function userAgentOf({ record, family, extended, properties }: AuditFacts): string | null {
  const own =
    firstWord(record.UserAgent, record.ClientInfoString) ??
    (record.PropertyCollection === undefined ? null : word(properties().get('user_agent.original')));
  if (own !== null || (family !== 'directory' && family !== 'logon')) return own;
  const details = fields(unpacked(extended().get('additionaldetails')));
  return firstWord(extended().get('useragent'), details?.['User-Agent'], details?.['UserAgent']);
}
