import type { ApiRequest } from './api-request.ts';

const loopbackAddress = /^(?:(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;
const loopbackHost = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/i;
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Whether the caller is a process on this machine that means to call this machine. Behind a proxy on the same
 * machine everybody's connection is from loopback, so a request that says it was forwarded never is; nor is a
 * web page whose own name was made to point here.
 */
export function isLocal({ headers, clientAddress }: ApiRequest): boolean {
  if (clientAddress === null || !loopbackAddress.test(clientAddress)) return false;
  if (!loopbackHost.test(headers['host'] ?? '')) return false;
  return !forwarding.some(name => headers[name] !== undefined);
}
