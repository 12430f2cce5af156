import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTemplate } from '../../shared/mappings/template.ts';
import { placeholders } from '../../shared/mappings/placeholders.ts';
import { arbitraryEvent, storedEvent } from '../query/arbitrary-event.ts';
import { seed } from '../support/seed.ts';

const event = storedEvent('1');
const nobody = { ...event, actor: null, targets: [], client: null, mail: null, correlationId: null };

function render(text: string, of = event): string {
  const read = readTemplate(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.template.render(of);
}
const problems = (text: string): string[] => {
  const read = readTemplate(text);
  return read.ok ? [] : read.problems.map(({ at, says }) => `${String(at)} ${says.split(';')[0] ?? ''}`);
};

describe('a template', () => {
  test.each([
    ['{actor} gave {user} a role', 'oskar.lind@contoso.example gave mira.holt@contoso.example a role'],
    ['{actor.name} did {operation}', 'Oskar Lind did Add member to role'],
    ['{operation}[ from {ip}][ on {client.device}]', 'Add member to role from 198.51.100.7'],
    ['{operation}[ from {ip} on {client.device}]', 'Add member to role'],
    ['{{actor}} [[x]] {{{actor.id}}}', '{actor} [x] {u-1}'],
  ])('%s makes %s', (text, sentence) => {
    expect(render(text)).toBe(sentence);
  });
  test('is a good sentence where everything is missing', () => {
    expect(render('{actor} changed {target}[ from {ip}]', nobody)).toBe('Somebody changed something');
    expect(render('The role {role} was given to {user}', nobody)).toBe(
      'The role a role was given to somebody',
    );
    expect(
      render('{targets} by {actor}', {
        ...event,
        targets: [...event.targets, ...event.targets, ...event.targets],
      }),
    ).toBe('Mira Holt and 2 more by oskar.lind@contoso.example');
  });
  test('never reads what it fills in as a template, nor follows names of JavaScript', () => {
    const sly = { ...event, operation: '{actor}[ {ip}]{{' };
    expect(render('{operation}!', sly)).toBe('{actor}[ {ip}]{{!');
    expect(problems('{constructor}{__proto__}{toString}')).toHaveLength(3);
  });
  test('gives no value so much room that the others are lost', () => {
    const long = { ...event, operation: 'x'.repeat(5_000) };
    expect(render('{operation} by {actor.name}', long)).toMatch(/^x{119}… by Oskar Lind$/);
  });
  test.each([
    ['{actr} did it', '0 unknown placeholder {actr}'],
    ['it was {actor', '7 “{” is never closed'],
    ['it was actor}', '12 “}” closes nothing'],
    ['it was] {actor}', '6 “]” closes nothing'],
    ['it was[ {actor}', '6 “[” is never closed'],
    ['it [was [by {actor}]]', '8 brackets cannot stand inside brackets'],
    ['it was [here]', '7 nothing in these brackets can be missing'],
    ['  ', '0 the sentence is empty'],
    ['x'.repeat(501), '0 the sentence has 501 characters'],
    ['{actor} came in. They stayed', '15 a second sentence begins here'],
    ['{actor} came. {target} stayed', null],
    ['{actor} met {target}. {user} left', '20 a second sentence begins here'],
    ['{actor} met Dr. No at St. Ives, e.g. {target}, approx. Monday', null],
    ['{actor} came\nand stayed', '12 a sentence stands on one line'],
    ['{actor} came and stayed\n', null],
  ])('%j has the mistake: %s', (text, says) => {
    if (says === null) expect(problems(text)).toEqual([]);
    else expect(problems(text)).toContain(says);
  });
  test('tells all its mistakes at once', () => {
    expect(problems('{a} and {b} and }')).toHaveLength(3);
  });
  test('makes a sentence of any event, with every placeholder there is', () => {
    const all = Object.keys(placeholders).map(name => `{${name}}[ ${name} {${name}}]`);
    fc.assert(
      fc.property(arbitraryEvent, fc.shuffledSubarray(all, { minLength: 1, maxLength: 6 }), (of, some) => {
        const line = render(some.join(' '), of);
        expect(line.length).toBeGreaterThan(0);
        expect(line).not.toContain('undefined');
        expect(line).not.toContain('null');
      }),
      { seed, numRuns: 500 },
    );
  });
});
