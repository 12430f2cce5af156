import { AppError } from '../../kernel/errors.ts';
import type { TenantId } from '../../model/ids.ts';
import type { Database } from './open-database.ts';

/** Short numbers for long names, as the big tables hold them; learned once per connection. */
export interface Numbers {
  /**
   * The name's number, given now if it has none. Inside a write ask once: a number just given is not remembered here,
   * for were that write rolled back, it could later be somebody else's.
   */
  give(name: string): number;
  /** Null: nothing was ever stored under this name. */
  find(name: string): number | null;
  nameOf(number: number): string | null;
}

/** No row has it: a scope nothing was ever stored for selects nothing. */
export const noTenant = -1;

export function tenantNumbers(database: Database): Numbers {
  const byName = new Map<string, number>();
  const byNumber = new Map<number, string>();
  const select = database.prepare<{ number: number }>('SELECT number FROM tenant_numbers WHERE tenant = ?');
  const selectName = database.prepare<{ name: string }>(
    'SELECT tenant AS name FROM tenant_numbers WHERE number = ?',
  );
  const insert = database.prepare('INSERT INTO tenant_numbers (tenant) VALUES (?) ON CONFLICT DO NOTHING');

  function find(name: string): number | null {
    const known = byName.get(name);
    if (known !== undefined) return known;
    const row = select.get(name);
    if (row === undefined) return null;
    byName.set(name, row.number);
    return row.number;
  }

  return {
    give(name) {
      const known = find(name);
      if (known !== null) return known;
      insert.run(name);
      return select.get(name)?.number ?? noTenant;
    },
    find,
    nameOf(number) {
      const known = byNumber.get(number);
      if (known !== undefined) return known;
      const row = selectName.get(number);
      if (row === undefined) return null;
      byNumber.set(number, row.name);
      return row.name;
    },
  };
}

/** Refuses a record of another tenant than the scope's: a defect of the caller, never to be stored. */
export function demandTenant(of: TenantId, tenant: string): void {
  if (tenant !== of) {
    throw new AppError('bug', 'give-up', 'A record of another tenant was refused. Nothing was stored.');
  }
}
