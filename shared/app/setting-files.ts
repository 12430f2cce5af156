import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { grantSchema, type Grant } from '../authz/grant.ts';
import { AppError } from '../kernel/errors.ts';
import type { Mappings } from '../mappings/mappings.ts';
import { tenantSchema, type Tenant } from '../model/tenant.ts';
import { sources } from '../sources/index.generated.ts';
import { issueWords } from '../api/issue-sentence.ts';
import type { Settings } from './config.ts';
import { readMappingFile } from './mapping-file.ts';

/** What stands in files that settings name, or in the settings themselves. */
export interface SettingFiles {
  readonly grants: readonly Grant[];
  readonly tenants: readonly Tenant[];
  readonly mappings: Mappings;
}

/** Throws `config.invalid` with the setting's name for what is wrong. Needs no store: it can be asked before one is there. */
export async function readSettingFiles(settings: Settings): Promise<SettingFiles> {
  return {
    grants: await readJson('HOLDFAST_GRANTS', settings.HOLDFAST_GRANTS, z.array(grantSchema)),
    mappings: await readMappingFile(settings.HOLDFAST_MAPPINGS, sources),
    tenants: await readJson('HOLDFAST_TENANTS', settings.HOLDFAST_TENANTS, z.array(tenantSchema)),
  };
}

/**
 * A file a setting names, or the JSON in the setting itself: where there is no file system to put one on, a setting
 * is the place. Every mistake in it is a `config.invalid` that says where.
 */
async function readJson<T>(
  setting: string,
  given: string,
  schema: z.ZodType<readonly T[]>,
): Promise<readonly T[]> {
  if (given === '') return [];
  const inline = given.startsWith('[');
  const it = inline ? setting : `The file that ${setting} names`;
  const wrong = (what: string, cause?: unknown): AppError =>
    new AppError('config.invalid', 'give-up', `${it} ${what}.`, {
      target: setting,
      ...(cause === undefined ? {} : { cause }),
    });
  let value: unknown;
  try {
    // Windows' editors put a byte order mark before it, which no reader of JSON takes.
    value = JSON.parse(inline ? given : (await readFile(given, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw wrong(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const what = issue === undefined ? 'unexpected' : issueWords(issue);
  throw wrong(`is wrong at ${issue?.path.join('.') || 'the top'}: ${what}`);
}
