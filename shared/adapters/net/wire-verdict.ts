import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import type { ProviderApi, Verdict } from '../../ports/http-client.ts';
import type { WireFault } from './http-transport.ts';

/** What it means that no whole answer came. Only the size of an answer is not worth a second try. */
export function wireVerdict(api: ProviderApi, fault: WireFault, clientRequestId: string): Verdict {
  const error = (code: ErrorCode, message: string): AppError =>
    new AppError(code, 'retry-later', message, {
      facts: { api, fault: fault.kind, clientRequestId },
      cause: fault,
    });
  if (fault.kind === 'too-large') {
    return {
      kind: 'failed',
      error: error(
        'provider.truncated',
        'One answer is larger than the limit and was not taken in. A narrower window is tried; if it stays so, report it: its window stays open until it is read.',
      ),
    };
  }
  return { kind: 'transient', afterMs: fault.stale ? 0 : null, lasting: lastingFault(fault, error) };
}

function lastingFault(fault: WireFault, error: (code: ErrorCode, message: string) => AppError): AppError {
  if (fault.kind === 'encoding') {
    return error(
      'provider.malformed',
      'The answer cannot be decoded: a gateway or proxy may stand between. If it stays so, check the way to the provider.',
    );
  }
  if (fault.kind === 'tls') {
    return error(
      'provider.unavailable',
      "The provider's certificate was not accepted. Check the machine's clock and trusted roots, and whether a proxy opens the connection.",
    );
  }
  if (fault.kind === 'connect') {
    return error(
      'provider.unavailable',
      'No connection to the provider. It is tried again later; if it stays so, check the network, its firewall and DNS.',
    );
  }
  return error(
    'provider.unavailable',
    'The provider did not answer in time or the answer was cut. It is asked again later; nothing needs to be done here.',
  );
}
