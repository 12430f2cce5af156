import type { Context } from './context.ts';
import { CommandError, exitCodes, usageError } from './exit-code.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A tenant's id, from the id itself or the name of one the caller may see. */
export async function tenantIdOf(context: Context, given: string): Promise<string> {
  if (guid.test(given)) return given.toLowerCase();
  const { tenants } = (await context.client.call('me.get')).body;
  const found = tenants.filter(one => one.name.toLowerCase() === given.toLowerCase());
  const [first, ...others] = found;
  if (first === undefined) {
    const names = tenants.map(one => one.name).join(', ');
    throw new CommandError(exitCodes.notFound, `No tenant of yours is called "${given}".`, {
      next: names === '' ? 'You may see no tenant yet.' : `Yours: ${names}.`,
    });
  }
  if (others.length > 0) throw usageError(`"${given}" is the name of several tenants.`, 'Give the id.');
  return first.id;
}
