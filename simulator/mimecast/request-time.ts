const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;

/** Milliseconds of a time in a request: `2026-01-05T00:00:00+0000`, or RFC 3339. Null for anything else. */
export function requestTime(value: unknown): number | null {
  if (typeof value !== 'string' || !form.test(value)) return null;
  const ms = Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(ms) ? null : ms;
}
