import type { HttpReply } from '../../ports/http-client.ts';
import type { ProviderProblem } from './provider-errors.ts';
import { fields, list, text, type Fields } from './reading.ts';

/** What a Mimecast answer says went wrong. `retryable` is advice, and null where none was given. */
export interface MimecastFailure extends ProviderProblem {
  readonly retryable: boolean | null;
  /** `meta.status`, which may differ from the HTTP status; null where there is none. */
  readonly innerStatus: number | null;
}

/** An answer that explains an error is small; a page that carries one among its records is not. */
const largest = 8 * 1024 * 1024;

/**
 * The first failure an answer holds, in any of the shapes Mimecast uses: `fail[].errors[]` with or without the
 * request's key, `fail[]` of plain codes, `error` of the SIEM endpoints, `detail` of its throttle. Null where it holds
 * none, and where it is no JSON object.
 */
export function failureIn(reply: HttpReply): MimecastFailure | null {
  if (reply.bytes.length === 0 || reply.bytes.length > largest) return null;
  const body = objectOf(reply.bytes);
  if (body === null) return null;
  const status = fields(body['meta'])?.['status'];
  const innerStatus = typeof status === 'number' && status >= 400 ? status : null;
  const found = firstFailure(body) ?? (innerStatus === null ? null : {});
  if (found === null) return null;
  return {
    code: text(found['code'] ?? found['errorCode']) ?? '',
    message: text(found['message'] ?? found['description']) ?? '',
    requestId: null,
    retryable: typeof found['retryable'] === 'boolean' ? found['retryable'] : null,
    innerStatus,
  };
}

function firstFailure(body: Fields): Fields | null {
  const failures = list(body['fail']);
  if (failures.length > 0) {
    const [first] = failures;
    const [inner] = list(fields(first)?.['errors']);
    return fields(inner) ?? fields(first) ?? { message: text(first) };
  }
  const error = body['error'];
  if (error !== undefined && error !== null) {
    return fields(error) ?? { code: text(error), message: text(body['error_description']) };
  }
  const detail = text(body['detail']);
  return detail === null ? null : { message: detail };
}

function objectOf(bytes: Uint8Array): Fields | null {
  try {
    return fields(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')));
  } catch {
    return null; // Not JSON is an answer here: the judge decides what it means.
  }
}

const failKey = Buffer.from('"fail"');
const emptyList = /^\s*:\s*(\[\s*\]|null)/;
const failedInside = /"meta"\s*:\s*\{\s*"status"\s*:\s*[45]\d\d\b/;
const latin1 = new TextDecoder('latin1');

/**
 * Whether a 2xx answer may hold a failure and is worth reading. `"fail":[]`, which every good answer carries, is not;
 * looked for in the bytes, because a page of records need not be parsed twice.
 */
export function mayHoldFailure(bytes: Uint8Array): boolean {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = body.indexOf(failKey); at >= 0; at = body.indexOf(failKey, at + 1)) {
    const behind = body.subarray(at + failKey.length, at + failKey.length + 64);
    if (!emptyList.test(latin1.decode(behind))) return true;
  }
  const head = latin1.decode(body.subarray(0, 512));
  const tail = latin1.decode(body.subarray(-512));
  return failedInside.test(head) || failedInside.test(tail) || /^\s*\{\s*"(error|detail)"/.test(head);
}
