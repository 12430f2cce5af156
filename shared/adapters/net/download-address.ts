import { isIP } from 'node:net';
import { AppError } from '../../kernel/errors.ts';
import { isLoopback } from './provider-address.ts';

/** Where one file is: host and request line. */
export interface DownloadTarget {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly target: string;
}

/**
 * Where a file lies that an answer named. `hosts` are those the settings declare: a host (`files.partner.example`), or
 * a pattern whose `*` stands for one label, at the beginning for one or more (`*.s3.*.amazonaws.com`). Nothing else is
 * asked: whoever can put an address into an answer must not be able to point us at a machine of the operator's.
 * http and a port of its own only on loopback, where the settings name it. Throws `provider.untrusted-url`.
 */
export function downloadTarget(hosts: readonly string[], url: string): DownloadTarget {
  const found = /^(https?):\/\/([a-z0-9.-]+)(?::(\d{1,5}))?(\/[\u0021-\u007e]*)$/i.exec(url);
  if (found === null) throw untrusted('form');
  const [, scheme = '', host = '', port, target = '/'] = found;
  const secure = scheme.toLowerCase() === 'https';
  const hostname = host.toLowerCase();
  if (/[\\#]/.test(target)) throw untrusted('form');
  if (!hosts.some(pattern => fits(pattern.toLowerCase(), hostname))) throw untrusted('another-host');
  const local = hostname === 'localhost' || isLoopback(hostname);
  if (!local && (!secure || port !== undefined || isIP(hostname) !== 0)) throw untrusted('another-host');
  return { secure, hostname, port: Number(port ?? (secure ? 443 : 80)), target };
}

function fits(pattern: string, hostname: string): boolean {
  const labels = pattern.split('*').map(part => part.replaceAll('.', String.raw`\.`));
  const [first = '', ...rest] = labels;
  const anyHost = '[a-z0-9-]+(?:\\.[a-z0-9-]+)*';
  const start = first === '' && rest.length > 0 ? anyHost + (rest.shift() ?? '') : first;
  return new RegExp(`^${[start, ...rest].join('[a-z0-9-]+')}$`).test(hostname);
}

const untrusted = (reason: string): AppError =>
  new AppError(
    'provider.untrusted-url',
    'retry-later',
    'The provider named a file on a host that is not declared. It was not fetched. If the host is the provider’s, add it to HOLDFAST_MIMECAST_FILE_HOSTS.',
    { facts: { reason } },
  );
