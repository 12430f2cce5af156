import { AppError, type ErrorCode, type Recovery } from '../../kernel/errors.ts';
import { retryAfterMs } from '../../kernel/retry-after.ts';
import type { Judge, ProviderApi } from '../../ports/http-client.ts';

/**
 * What a file store's answer means, by status alone: its body is the file, or the store's own words, which no
 * provider's judge can read.
 */
export const judgeDownload =
  (api: ProviderApi): Judge =>
  ({ status, headers }) => {
    const error = (code: ErrorCode, recovery: Recovery, message: string): AppError =>
      new AppError(code, recovery, message, { facts: { api, status, download: true } });
    if (status >= 200 && status < 300) return { kind: 'ok' };
    if (status === 429) return { kind: 'throttled', afterMs: retryAfterMs(headers), wide: false };
    if (status >= 500 || status === 408) {
      const lasting = error(
        'provider.unavailable',
        'retry-later',
        'The provider’s file store has a fault of its own. It is asked again later; nothing needs to be done here.',
      );
      return { kind: 'transient', afterMs: retryAfterMs(headers), lasting };
    }
    if (status === 403 || status === 404 || status === 410) {
      const gone = error(
        'provider.content-gone',
        'retry-later',
        'The address of a file has expired, or the file is gone. The list of files is asked for again.',
      );
      return { kind: 'failed', error: gone };
    }
    const rejected = error(
      'provider.rejected',
      'retry-later',
      'The provider’s file store does not accept the request. It is tried again; if it stays so, report it with the status.',
    );
    return { kind: 'failed', error: rejected };
  };
