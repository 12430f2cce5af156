const email = /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/;
const mac = /^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/;
const uuid = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
/** Four numbers, or something with two colons: an IPv4 address with a port behind it is neither. */
const ip = /^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;

/** OCSF's own form of a mail address: no `<>`, no display name, no host without a dot, ASCII only. */
export const isOcsfEmail = (text: string): boolean => email.test(text);
/** Without port, brackets or zone; at most 40 characters. */
export const isOcsfIp = (text: string): boolean => text.length <= 40 && ip.test(text);

const strings: Readonly<Record<string, (text: string) => boolean>> = {
  email_t: isOcsfEmail,
  ip_t: isOcsfIp,
  mac_t: text => mac.test(text),
  uuid_t: text => uuid.test(text),
};
const expected: Readonly<Record<string, string>> = {
  email_t: 'a bare mail address',
  ip_t: 'an IP address without a port',
  mac_t: 'a MAC address',
  uuid_t: 'a UUID',
  port_t: 'a port from 0 to 65535',
  timestamp_t: 'whole milliseconds since 1970',
  integer_t: 'a whole number',
  long_t: 'a whole number',
  boolean_t: 'true or false',
};

/** What is wrong with a value of a simple type, as the end of a sentence; null where it fits. */
export function typeProblem(type: string, value: unknown): string | null {
  return fits(type, value) ? null : `should be ${expected[type] ?? 'text'}`;
}

function fits(type: string, value: unknown): boolean {
  if (type === 'json_t') return value !== undefined;
  if (type === 'boolean_t') return typeof value === 'boolean';
  if (type === 'port_t') return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
  if (type === 'integer_t' || type === 'long_t' || type === 'timestamp_t') return Number.isSafeInteger(value);
  return typeof value === 'string' && (strings[type]?.(value) ?? true);
}

/** Whether the name of a type is that of a simple one, and not of an object. */
export const isSimple = (type: string): boolean => type.endsWith('_t');
