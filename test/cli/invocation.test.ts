import { describe, expect, test } from 'vitest';
import { invocationOf, typedAs } from '../../cli/invocation.ts';

describe('advice', () => {
  const said = 'No token. Sign in: holdfast token --save. holdfast knows; holdfast: so it is.';
  test('is to be typed as the command was', () => {
    const npx = invocationOf('http://127.0.0.1:8080', { npm_command: 'exec' });
    expect(typedAs(said, ['token', 'search'], npx)).toBe(
      'No token. Sign in: npx holdfast --url http://127.0.0.1:8080 token --save. holdfast knows; holdfast: so it is.',
    );
  });
  test('is as short as it may be', () => {
    expect(invocationOf(undefined, {})).toBe('holdfast');
    expect(typedAs(said, ['token'], invocationOf(undefined, { npm_command: 'run' }))).toBe(said);
  });
});
