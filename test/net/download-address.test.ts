import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { downloadTarget } from '../../shared/adapters/net/download-address.ts';
import { AppError } from '../../shared/kernel/errors.ts';

const hosts = ['*.s3.amazonaws.example', '*.s3.*.amazonaws.example', 'files.partner.example'];

const codeOf = (url: string, declared: readonly string[] = hosts): string => {
  try {
    return `not refused: ${downloadTarget(declared, url).hostname}`;
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : `not an AppError: ${String(thrown)}`;
  }
};

describe('a file an answer names', () => {
  test.each([
    'https://bucket.s3.amazonaws.example/a/b.json.gz?X-Amz-Signature=abc%2F',
    'https://a.bucket.with.dots.s3.eu-west-2.amazonaws.example/x',
    'https://FILES.partner.example/x',
  ])('is fetched from a declared host: %s', url => {
    const found = downloadTarget(hosts, url);
    expect(found).toMatchObject({ secure: true, port: 443 });
    expect(url.endsWith(found.target)).toBe(true);
  });

  test.each([
    'http://bucket.s3.amazonaws.example/x',
    'https://bucket.s3.amazonaws.example:8443/x',
    'https://s3.amazonaws.example/x',
    'https://bucket.s3.a.b.amazonaws.example/x',
    'https://bucket.s3.amazonaws.example.evil.example/x',
    'https://evil.example/.s3.amazonaws.example/x',
    'https://evil.example#.s3.amazonaws.example/x',
    'https://evil.example\\.s3.amazonaws.example/x',
    'https://user@files.partner.example/x',
    'https://files.partner.example@evil.example/x',
    'https://files.partner.example./x',
    'https://xfiles.partner.example/x',
    'https://files.partner.example/x y',
    'https://files.partner.example/x\r\nHost: evil.example',
    'https://files.partner.example',
    'https://127.0.0.1/x',
    'http://169.254.169.254/latest/meta-data',
    'https://[::1]/x',
    'file:///etc/passwd',
    '//files.partner.example/x',
    '',
  ])('is not fetched from elsewhere: %s', url => {
    expect(codeOf(url)).toBe('provider.untrusted-url');
  });

  test('may be on this machine only where the settings say so', () => {
    const found = downloadTarget(['127.0.0.1'], 'http://127.0.0.1:7073/x');
    expect(found).toEqual({ secure: false, hostname: '127.0.0.1', port: 7073, target: '/x' });
    expect(codeOf('http://127.0.0.1:7073/x', [])).toBe('provider.untrusted-url');
    // An address in numbers is never a provider's, declared or not.
    expect(codeOf('https://192.0.2.7/x', ['192.0.2.7'])).toBe('provider.untrusted-url');
    expect(codeOf('http://192.0.2.7/x', ['*'])).toBe('provider.untrusted-url');
  });

  test('whatever stands in the address, only a declared host is ever asked', () => {
    const text = fc.string({ maxLength: 20, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (before, between, after) => {
        const url = `https:/${before}/files${between}.partner.example/${after}`;
        try {
          expect(downloadTarget(['files.partner.example'], url).hostname).toBe('files.partner.example');
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
