/** What an operator sees of a stream after four tries under each fault: the last failure's code, and marks. */
export const expectedStates: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'entra.directory-audits': {},
  'exchange.message-trace': {},
  'm365.unified-audit': {},
};
