import { tenantSchema, type Tenant } from '../../model/tenant.ts';
import type { TenantRegistry } from '../../ports/tenant-registry.ts';
import type { Database } from './open-database.ts';
import { documentKind } from './sealed-document.ts';

const tenants = documentKind(tenantSchema, "A tenant's entry");
type TenantRow = { rev: number; seal: number; doc: string };

/** The customers, in SQLite. */
export function sqliteTenantRegistry(database: Database): TenantRegistry {
  const select = database.prepare<TenantRow>('SELECT rev, seal, doc FROM tenants WHERE id = ?');
  const every = database.prepare<TenantRow>('SELECT rev, seal, doc FROM tenants ORDER BY id');
  const create = database.prepare('INSERT INTO tenants VALUES (?, 1, ?, ?) ON CONFLICT DO NOTHING');
  const change = database.prepare(
    'UPDATE tenants SET rev = rev + 1, seal = ?, doc = ? WHERE id = ? AND CAST(rev AS TEXT) = ?',
  );
  return {
    async get(id) {
      const row = select.get(id);
      return row === undefined ? null : readTenant(row);
    },
    async list() {
      return every.all().map(readTenant);
    },
    async swap(expected, value) {
      const { seal, doc } = tenants.write(value);
      return database.write(() => {
        const { changes } =
          expected === null ? create.run(value.id, seal, doc) : change.run(seal, doc, value.id, expected);
        if (changes === 1) return { ok: true, rev: String(expected === null ? 1 : Number(expected) + 1) };
        const row = select.get(value.id);
        return { ok: false, current: row === undefined ? null : readTenant(row) };
      });
    },
  };
}

const readTenant = (row: TenantRow): { value: Tenant; rev: string } => ({
  value: tenants.read(row),
  rev: String(row.rev),
});
