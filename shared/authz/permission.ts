/** What may be asked for. Each is the value of an app role in the Entra registration. */
export const permissions = [
  'Events.Read',
  'Mail.Read',
  'Exports.Create',
  'Holds.Manage',
  'Ledger.Read',
  'Tenants.Manage',
  'Archive.Ingest',
] as const;
export type Permission = (typeof permissions)[number];

export const isPermission = (text: string): text is Permission =>
  permissions.some(permission => permission === text);
