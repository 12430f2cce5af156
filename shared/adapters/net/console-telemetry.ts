import type { AppError } from '../../kernel/errors.ts';
import { isoInstant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import type { CounterRegistry } from './counter-registry.ts';
import { redact } from './redact.ts';

export const logLevels = ['silent', 'error', 'info'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface ConsoleTelemetryOptions {
  /** Where lines go: process.stdout, or whatever collects them. */
  readonly stream: { write(text: string): unknown };
  /** `error` leaves out what is only told; `silent` counts and writes nothing. */
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly counters: CounterRegistry;
}

/** One JSON line per event: `{"at","level","event",…fields}`. */
export function consoleTelemetry(options: ConsoleTelemetryOptions): Telemetry {
  const { stream, level, clock, counters } = options;
  const write = (of: 'info' | 'error', name: string, fields: Fields): void => {
    const line: Record<string, Fields[string]> = { at: '', level: of, event: name };
    for (const [key, value] of Object.entries(fields)) {
      line[key] = typeof value === 'string' ? redact(value) : value;
    }
    // Last, so that no field can pass for another line's time, level or name.
    Object.assign(line, { at: isoInstant(clock.now()), level: of, event: name });
    stream.write(`${JSON.stringify(line)}\n`);
  };
  return {
    event(name, fields) {
      if (level === 'info') write('info', name, fields);
    },
    error(name, error, fields) {
      counters.count('errors', 1, { event: name, code: error.code });
      if (level !== 'silent') write('error', name, { ...errorFields(error), ...fields });
    },
    count(name, by, labels) {
      counters.count(name, by, labels);
    },
  };
}

function errorFields(error: AppError): Fields {
  const { code: providerCode, ...facts } = error.facts;
  return {
    ...facts,
    ...(providerCode === undefined ? {} : { providerCode }),
    code: error.code,
    recovery: error.recovery,
    message: error.message,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.target === undefined ? {} : { target: error.target }),
    ...causeFields(error.cause),
  };
}

/**
 * Where it happened, for whoever has to mend it. The cause's own message stays out: parsers and databases
 * quote the very value that must not be in a log.
 */
function causeFields(cause: unknown): Fields {
  if (!(cause instanceof Error)) return {};
  const frames = (cause.stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
  const code: unknown = Reflect.get(cause, 'code');
  return {
    cause: cause.name,
    ...(typeof code === 'string' ? { causeCode: code } : {}),
    ...(frames.length === 0
      ? {}
      : {
          stack: frames
            .slice(0, 8)
            .map(line => line.trim())
            .join(' | '),
        }),
  };
}
