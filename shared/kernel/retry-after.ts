/**
 * `Retry-After` in milliseconds: decimal seconds (`2.128`, seen from Graph) rounded up to whole ones, or an HTTP
 * date read against the answer's own `Date`, so that our clock's error does not matter. Null for anything else.
 * Header names in lower case.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return null;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text)) * 1_000;
  const at = httpDate(text);
  const now = httpDate(headers['date']);
  return at === null || now === null ? null : Math.max(0, at - now);
}

/** An HTTP date (`Mon, 05 Oct 2026 08:12:44 GMT`) in milliseconds since the epoch; null for anything else. */
export function httpDate(text: string | undefined): number | null {
  if (text === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) {
    return null;
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
