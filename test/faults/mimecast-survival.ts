import { expect } from 'vitest';
import type { Fault } from '../../simulator/faults/fault.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { expectedUnder, outcomeUnder } from './under-fault.ts';

const alters = new Set(['unknown-field', 'field-of-other-type', 'record-too-large']);

/**
 * The same records as without the fault, each once. But of rows without ids nothing tells one that Mimecast gives out
 * twice by mistake from one that happened twice: both are kept, and the second is the first's like.
 */
export async function expectSurvival(
  source: Parameters<typeof outcomeUnder>[0],
  name: string,
  fault: Fault,
): Promise<void> {
  const [made, wanted] = [await outcomeUnder(source, fault), await expectedUnder(source, name)];
  // A batch file is read once: what was altered in it stays as it was read, and a line that was none waits in quarantine.
  if (source === 'mimecast.siem' && name === 'json-inside-string') {
    expect(made).toEqual({ state: wanted.state, ids: [], records: [] });
    return;
  }
  if (source === 'mimecast.siem' && alters.has(name)) {
    expect({ ...made, records: [] }).toEqual({ ...wanted, records: [] });
    return;
  }
  const counts = sources.find(({ id }) => id === source)?.countsEqual === true;
  if (name !== 'record-duplicated' || !counts) {
    expect(made).toEqual(wanted);
    return;
  }
  expect(made.state).toBe(wanted.state);
  expect(wanted.ids.filter(id => !made.ids.includes(id))).toEqual([]);
  expect(new Set(made.records)).toEqual(new Set(wanted.records));
}
