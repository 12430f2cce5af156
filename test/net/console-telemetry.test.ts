import { describe, expect, test } from 'vitest';
import { consoleTelemetry, type LogLevel } from '../../shared/adapters/net/console-telemetry.ts';
import { counterRegistry } from '../../shared/adapters/net/counter-registry.ts';
import { redact } from '../../shared/adapters/net/redact.ts';
import { AppError, asAppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { cpuMsSince } from '../support/cpu-time.ts';
import { ManualClock } from '../support/manual-clock.ts';

function desk(level: LogLevel = 'info'): {
  telemetry: Telemetry;
  text: () => string;
  lines: () => Record<string, unknown>[];
  metrics: () => string;
} {
  const written: string[] = [];
  const counters = counterRegistry();
  const telemetry = consoleTelemetry({
    stream: { write: text => written.push(text) },
    level,
    clock: new ManualClock('2026-10-05T08:15:02.007Z'),
    counters,
  });
  return {
    telemetry,
    text: () => written.join(''),
    lines: () => written.map(line => JSON.parse(line) as Record<string, unknown>),
    metrics: () => counters.render(),
  };
}

describe('a line', () => {
  test('is JSON, one a piece, with time, level and name first', () => {
    const { telemetry, text } = desk();
    telemetry.event('window.committed', { tenant: 'c0a10000', pages: 3, exact: true, resume: null });
    expect(text()).toBe(
      '{"at":"2026-10-05T08:15:02.007Z","level":"info","event":"window.committed","tenant":"c0a10000","pages":3,"exact":true,"resume":null}\n',
    );
  });
  test('stays one line, and nobody’s field passes for its time, level or name', () => {
    const { telemetry, text, lines } = desk();
    telemetry.event('a.b', { note: 'one\n{"event":"forged"}', at: 'never', level: 'error', event: 'forged' });
    expect(text().match(/\n/g)).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ at: '2026-10-05T08:15:02.007Z', level: 'info', event: 'a.b' });
  });
  test('of an error has its code, recovery, sentence and facts', () => {
    const { telemetry, lines } = desk();
    const facts = { api: 'graph', status: 403, code: 'AccessDenied', requestId: 'r-1' };
    const error = new AppError('provider.refused', 'pause-source', 'Grant it.', {
      facts,
      retryAfterMs: 5,
      target: 'x',
    });
    telemetry.error('pull.failed', error, { run: 'run-1' });
    expect(lines()[0]).toEqual({
      at: '2026-10-05T08:15:02.007Z', level: 'error', event: 'pull.failed', run: 'run-1', code: 'provider.refused',
      providerCode: 'AccessDenied', recovery: 'pause-source', message: 'Grant it.', retryAfterMs: 5, target: 'x',
      api: 'graph', status: 403, requestId: 'r-1',
    }); // prettier-ignore
  });
  test('of an unknown exception says where it happened and not what it held', () => {
    const { telemetry, text, lines } = desk();
    let thrown: unknown;
    try {
      JSON.parse('mira holt wrote this');
    } catch (error) {
      thrown = error;
    }
    telemetry.error('job.failed', asAppError(thrown), {});
    expect(lines()[0]).toMatchObject({ code: 'bug', name: 'SyntaxError', cause: 'SyntaxError' });
    expect(lines()[0]?.['stack']).toMatch(/^at JSON\.parse/);
    expect(text()).not.toContain('mira');
  });
  test.each([
    ['info', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at level %s there are %i of an event and an error, counted all the same', (level, lines) => {
    const { telemetry, lines: written, metrics } = desk(level);
    telemetry.event('a.b', {});
    telemetry.error('c.d', new AppError('bug', 'retry', 'x'), {});
    telemetry.count('pages', 2);
    expect(written()).toHaveLength(lines);
    expect(metrics()).toBe(
      '# TYPE holdfast_errors_total counter\nholdfast_errors_total{code="bug",event="c.d"} 1\n# TYPE holdfast_pages_total counter\nholdfast_pages_total 2\n',
    );
  });
});

describe('redaction', () => {
  const jwt = 'eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  test.each([
    [`got ${jwt} back`, 'got [token] back'],
    [jwt, '[token]'],
    [`Authorization: Bearer ${'x'.repeat(40)}`, 'Authorization: Bearer [token]'],
    ['client_secret=abc%20def&grant_type=x', 'client_secret=[secret]&grant_type=x'],
    ['https://store.example/a?sv=1&sig=abc%2F', 'https://store.example/a?sv=1&sig=[secret]'],
    ['to Mira.Holt+a@contoso.example, today', 'to [address], today'],
    ['<ÿ.ü@münchen.example>', '<[address]>'],
    ['mira@contoso.example', '[address]'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });
  test.each([
    'entra.directory-audits/default/2026/10/05',
    'c0a10000-0000-4000-8000-00000000c001',
    '2026-10-05T08:15:02.007Z',
    'The provider asks us to wait. The pull goes on by itself afterwards.',
    'Give the code=AF20022 to support @ the desk',
  ])('leaves %s', text => {
    expect(redact(text)).toBe(text);
  });
  test('reaches fields and sentences, cuts what is endless, and a secret prints as one', () => {
    const { telemetry, text } = desk();
    const message = `${'x '.repeat(2_000)}mira@contoso.example`;
    telemetry.error(
      'a.b',
      new AppError('bug', 'retry', message, { facts: { who: 'mira@contoso.example' } }),
      {
        token: `${String(new Secret('hidden'))}`,
      },
    );
    expect(text()).not.toMatch(/mira|hidden/);
    expect(text()).toContain('[secret]');
    expect(text().length).toBeLessThan(3_000);
  });
  test('takes no longer the cleverer the text', () => {
    const began = process.cpuUsage();
    for (const part of ['a@', 'a.', 'eyJa', 'bearer ', 'a@a.', '@.', 'sig=']) redact(part.repeat(200_000));
    // Whatever looked at a text once for each of its places would take minutes.
    expect(cpuMsSince(began)).toBeLessThan(20_000);
  });
});

describe('counters', () => {
  test('render in a fixed order, whatever the order of counting and of labels', () => {
    const registry = counterRegistry();
    registry.count('pages', 1, { source: 'b', api: 'graph' });
    registry.count('bytes', 0.5);
    registry.count('pages', 2, { api: 'graph', source: 'b' });
    registry.count('pages', 4, { api: 'graph', source: 'a' });
    expect(registry.render()).toBe(
      [
        '# TYPE holdfast_bytes_total counter',
        'holdfast_bytes_total 0.5',
        '# TYPE holdfast_pages_total counter',
        'holdfast_pages_total{api="graph",source="a"} 4',
        'holdfast_pages_total{api="graph",source="b"} 3',
        '',
      ].join('\n'),
    );
    expect(counterRegistry().render()).toBe('');
  });
  test('escape what would break a line, and names that are none', () => {
    const registry = counterRegistry();
    registry.count('window.committed', 1, { 'odd-name': 'a"b\\c\nd' });
    expect(registry.render()).toBe(
      '# TYPE holdfast_window_committed_total counter\nholdfast_window_committed_total{odd_name="a\\"b\\\\c\\nd"} 1\n',
    );
  });
  test('never fall, and never grow without end', () => {
    const registry = counterRegistry();
    registry.count('x', -1);
    registry.count('x', Number.NaN);
    expect(registry.render()).toBe('');
    for (let n = 0; n < 5_000; n += 1) registry.count('x', 1, { id: String(n) });
    const lines = registry.render().trim().split('\n');
    expect(lines.length).toBeLessThan(1_010);
    expect(lines).toContain('holdfast_x_total{overflow="true"} 4000');
  });
});
