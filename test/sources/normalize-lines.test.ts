import { describe, expect, test } from 'vitest';
import { normalizeLines, type NormalizeOptions } from '../../cli/normalize.ts';
import { isEventId } from '../../shared/kernel/hash.ts';
import { cpuMsSince } from '../support/cpu-time.ts';

async function* from(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function normalized(
  source: string,
  lines: readonly string[],
  options?: NormalizeOptions,
): Promise<Answer[]> {
  const found: Answer[] = [];
  for await (const line of normalizeLines(source, from(lines), options)) {
    expect(line).not.toContain('\n');
    found.push(JSON.parse(line) as Answer);
  }
  return found;
}

interface Answer {
  readonly event?: {
    readonly id: string;
    readonly source: string;
    readonly stream: string;
    readonly mail?: { readonly direction: string };
  };
  readonly skip?: string;
  readonly quarantine?: string;
}

const row = JSON.stringify({
  id: 't-1',
  receivedDateTime: '2026-10-05T09:30:12.417Z',
  senderAddress: 'a@contoso.example',
  recipientAddress: 'b@fabrikam.example',
  status: 'delivered',
});

describe('records on lines', () => {
  test('become one line each, in order, whatever stands on them', async () => {
    const noise = [
      '',
      '   ',
      '{',
      'null',
      '7',
      '"x"',
      '[]',
      `[${row}]`,
      '{}',
      'NaN',
      '\u0000',
      row.slice(0, -1),
      '{"receivedDateTime":"soon"}',
    ];
    const found = await normalized('exchange.message-trace', [row, ...noise, row]);
    expect(found).toHaveLength(noise.length + 2);
    expect(
      found.slice(1, -1).every(({ quarantine }) => typeof quarantine === 'string' && quarantine.length > 8),
    ).toBe(true);
    expect(found[0]).toEqual(found.at(-1));
    expect(found[0]?.event).toMatchObject({
      source: 'exchange.message-trace',
      stream: 'default',
      operation: 'MessageTrace',
    });
    expect(isEventId(found[0]?.event?.id ?? '')).toBe(true);
  });

  test('know the customer’s domains where they are told', async () => {
    const [plain] = await normalized('exchange.message-trace', [row]);
    const [told] = await normalized('exchange.message-trace', [row], { domains: ['Contoso.Example'] });
    expect(plain?.event?.mail?.direction).toBe('unknown');
    expect(told?.event?.mail?.direction).toBe('outbound');
  });

  test('are of the source’s first stream unless another is told, which it must have', async () => {
    const audit = JSON.stringify({ CreationTime: '2026-10-05T09:00:00', Id: 'a', Operation: 'FileAccessed' });
    const [plain] = await normalized('m365.unified-audit', [audit]);
    const [told] = await normalized('m365.unified-audit', [audit], { stream: 'Audit.SharePoint' });
    expect([plain?.event?.stream, told?.event?.stream]).toEqual([
      'Audit.AzureActiveDirectory',
      'Audit.SharePoint',
    ]);
    expect(told?.event?.id).not.toBe(plain?.event?.id);
    await expect(normalized('m365.unified-audit', [audit], { stream: 'other' })).rejects.toThrow(
      /no such stream.*Audit\.SharePoint/,
    );
  });

  test.each(['entra.directory-audits', 'exchange.message-trace', 'm365.unified-audit'])(
    'of ten megabytes are answered by %s, soon, and the next line as well',
    async source => {
      const time =
        '"activityDateTime":"2026-10-05T09:00:00Z","CreationTime":"2026-10-05T09:00:00","receivedDateTime":"2026-10-05T09:00:00Z"';
      const big = 'x'.repeat(10_000_000);
      const lines = [
        big,
        `"${big}"`,
        '['.repeat(10_000_000),
        `{${time},"id":"${big}","Operation":"${big}","subject":"${big}"}`,
        `{${time},"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        `{${time},"Target":[${'{"ID":"a","Type":5},'.repeat(200_000)}1]}`,
        `{${time}}`,
      ];
      const began = process.cpuUsage();
      const found = await normalized(source, lines);
      expect(cpuMsSince(began)).toBeLessThan(20_000);
      expect(found).toHaveLength(lines.length);
      expect(found.slice(0, 3).every(({ quarantine }) => quarantine !== undefined)).toBe(true);
      expect(found.at(-1)?.event).toBeDefined();
      expect(JSON.stringify(found).length).toBeLessThan(100_000);
    },
  );

  test('come one at a time: the second line is read when the first is answered', async () => {
    const read: number[] = [];
    async function* lines(): AsyncGenerator<string> {
      for (let n = 0; n < 3; n++) {
        read.push(n);
        yield row;
      }
    }
    const answers = normalizeLines('exchange.message-trace', lines());
    await answers.next();
    expect(read).toEqual([0]);
    await answers.return(undefined);
  });

  test('of a source nobody declared are refused before the first, and the answer names those there are', () => {
    expect(() => normalizeLines('no.such', from([row]))).toThrow(
      expect.objectContaining({
        code: 'request.invalid',
        message: expect.stringContaining('m365.unified-audit') as string,
      }),
    );
  });
});
