import { z } from 'zod';
import { issueWords } from '../api/issue-sentence.ts';
import { nearestWord } from '../kernel/nearest-word.ts';
import { tenantIdSchema } from '../model/ids.ts';

/** Everything a deployment can set. Names, meanings and defaults stand here and nowhere else. */
const url = z.url({ protocol: /^https?$/, message: 'expected an http or https URL' });
const wholePort = 'expected a whole number from 0 to 65535';
const port = z
  .string()
  .regex(/^\d{1,5}$/, wholePort)
  .transform(Number)
  .pipe(z.number().max(65_535, wholePort));
const guid = z.guid('expected a GUID');
const urlOrNone = z.union([url, z.literal('')]);
const queueUrl = url.refine(
  text => URL.canParse(text) && new URL(text).pathname.length > 1,
  'expected a URL with the queue’s name',
);
const regionUrl = z
  .string()
  .refine(text => text.includes('{region}'), 'expected a URL with {region} in it')
  .refine(text => z.url({ protocol: /^https?$/ }).safeParse(text.replace('{region}', 'uk')).success, {
    message: 'expected an http or https URL',
  });
const hosts = z
  .string()
  .transform(text => text.split(',').flatMap(host => host.trim().toLowerCase() || []))
  .pipe(
    z.array(z.string().regex(/^[a-z0-9*-]+(\.[a-z0-9*-]+)*$/, 'expected host names, with * for a label')),
  );

const settings = {
  PORT: { schema: port, initial: '7071', about: 'port of the HTTP API; 0 takes a free one' },
  HOLDFAST_HOST: { schema: z.string(), initial: '127.0.0.1', about: 'address to listen on' },
  HOLDFAST_DATA: { schema: z.string(), initial: '.holdfast', about: 'data folder of the embedded profile' },
  HOLDFAST_CLIENT_ID: {
    schema: guid,
    initial: '',
    about: 'application (client) id of the Holdfast API in Entra: the audience of callers’ tokens',
  },
  HOLDFAST_OPERATOR_TENANT: {
    schema: z.union([tenantIdSchema, z.literal('')]),
    initial: '',
    about: 'Entra tenant id of the operator; its people see the tenants that grants name',
  },
  HOLDFAST_GRANTS: {
    schema: z.string(),
    initial: '',
    about:
      'JSON file, or the JSON itself, with grants for the operator tenant: [{ "principal": oid or role, "tenants": ["*"] }]',
  },
  HOLDFAST_TENANTS: {
    schema: z.string(),
    initial: '',
    about: 'JSON file, or the JSON itself, with the customers and their connections; read at start',
  },
  HOLDFAST_MAPPINGS: {
    schema: z.string(),
    initial: '',
    about: 'YAML file with category labels and summary sentences; the built-in mappings.yml where not set',
  },
  HOLDFAST_LOGIN_URL: {
    schema: url,
    initial: 'https://login.microsoftonline.com',
    about: 'Entra login host of the cloud in use',
  },
  HOLDFAST_GRAPH_URL: { schema: url, initial: 'https://graph.microsoft.com', about: 'Microsoft Graph host' },
  HOLDFAST_MANAGEMENT_URL: {
    schema: url,
    initial: 'https://manage.office.com',
    about: 'Office 365 Management Activity API host',
  },
  HOLDFAST_PULL_CLIENT_ID: {
    schema: z.union([guid, z.literal('')]),
    initial: '',
    about: 'application (client) id that customers have consented to; its secret is the secret `pull-client`',
  },
  HOLDFAST_MIMECAST_URL: {
    schema: url,
    initial: 'https://api.services.mimecast.com',
    about: 'Mimecast API 2.0 host of customers whose region is "global": it finds the account by itself',
  },
  HOLDFAST_MIMECAST_REGION_URL: {
    schema: regionUrl,
    initial: 'https://{region}-api.services.mimecast.com',
    about: 'Mimecast API 2.0 host of one region, where a customer names it (us, uk): traffic stays there',
  },
  HOLDFAST_MIMECAST_FILE_HOSTS: {
    schema: hosts,
    initial: '*.s3.amazonaws.com,*.s3.*.amazonaws.com',
    about:
      'hosts, separated by commas, from which files of Mimecast SIEM events may be fetched, without credentials',
  },
  HOLDFAST_SECRETS: {
    schema: z.string(),
    initial: '',
    about:
      'JSON file with secrets, readable by its owner only (secrets.json in the data folder where not set); HOLDFAST_SECRET_* settings come first',
  },
  HOLDFAST_CORS_ORIGINS: {
    schema: z.string(),
    initial: '',
    about: 'origins, separated by commas, from which browsers may call the API',
  },
  HOLDFAST_PROFILE: {
    schema: z.enum(['embedded', 'azure'], 'expected embedded or azure'),
    initial: 'embedded',
    about: 'where things are kept: on this machine, or in Azure’s services',
  },
  HOLDFAST_COSMOS_URL: {
    schema: urlOrNone,
    initial: '',
    about: 'Azure profile: the Cosmos DB account, https://<account>.documents.azure.com',
  },
  HOLDFAST_COSMOS_DATABASE: {
    schema: z.string(),
    initial: 'holdfast',
    about: 'Azure profile: the database in that account',
  },
  HOLDFAST_ARCHIVE_URL: {
    schema: urlOrNone,
    initial: '',
    about: 'Azure profile: the archive’s storage account, https://<account>.blob.core.windows.net',
  },
  HOLDFAST_RETENTION: {
    schema: z.enum(['locked', 'unlocked', 'none'], 'expected locked, unlocked or none'),
    initial: 'unlocked',
    about:
      'Azure profile: whether each raw object’s retention can be shortened; none where the container has no version-level immutability',
  },
  HOLDFAST_QUEUE_URL: {
    schema: z.union([queueUrl, z.literal('')], 'expected an http or https URL with the queue’s name'),
    initial: '',
    about: 'Azure profile: the job queue, https://<account>.queue.core.windows.net/<queue>',
  },
  HOLDFAST_SEARCH_URL: {
    schema: urlOrNone,
    initial: '',
    about: 'Azure profile: the search service, https://<service>.search.windows.net',
  },
  HOLDFAST_VAULT_URL: {
    schema: urlOrNone,
    initial: '',
    about: 'Azure profile: the key vault, https://<vault>.vault.azure.net',
  },
  HOLDFAST_IDENTITY_CLIENT_ID: {
    schema: z.union([guid, z.literal('')]),
    initial: '',
    about: 'Azure profile: client id of the app’s user-assigned identity; none: a developer’s own sign-in',
  },
  HOLDFAST_PULL_SECONDS: {
    schema: z.coerce.number().int().min(1).max(3_600),
    initial: '60',
    about: 'seconds between two looks at what is due',
  },
  HOLDFAST_INSTANCES: {
    schema: z.coerce.number().int().min(1).max(1_000),
    initial: '1',
    about:
      'processes that may pull at once, at most; they share what providers allow an application as a whole',
  },
} as const;

export type SettingName = keyof typeof settings;
export type Settings = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };

/** One wrong setting, as a sentence that names it. */
export interface SettingProblem {
  readonly setting: string;
  readonly problem: string;
}
export type Config =
  | { readonly ok: true; readonly settings: Settings }
  | {
      readonly ok: false;
      readonly problems: readonly SettingProblem[];
      /** The settings that are right all the same: where to listen, for one. */
      readonly known: Partial<Settings>;
    };

const names = Object.keys(settings) as SettingName[];
const azureNeeds = [
  'HOLDFAST_COSMOS_URL',
  'HOLDFAST_ARCHIVE_URL',
  'HOLDFAST_QUEUE_URL',
  'HOLDFAST_SEARCH_URL',
  'HOLDFAST_VAULT_URL',
] as const;

/** Every setting with its default and meaning; the settings example and the infrastructure are checked against it. */
export const settingNames = (): readonly { name: SettingName; initial: string; about: string }[] =>
  names.map(name => ({ name, initial: settings[name].initial, about: settings[name].about }));

/** Reads and checks the settings. Never throws: with a bad one the app starts and says which. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: SettingProblem[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const given = environment[name];
    const text = given === undefined || given.trim() === '' ? settings[name].initial : given.trim();
    const parsed = settings[name].schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else if (text === '') problems.push({ setting: name, problem: `is not set: ${settings[name].about}` });
    else
      problems.push(
        ...parsed.error.issues.slice(0, 1).map(issue => ({ setting: name, problem: issueWords(issue) })),
      );
  }
  if (values.HOLDFAST_PROFILE === 'azure') {
    for (const name of azureNeeds) {
      if (values[name] === '')
        problems.push({ setting: name, problem: `is not set: ${settings[name].about}` });
    }
  }
  if (problems.length > 0) return { ok: false, problems, known: values as Partial<Settings> };
  return { ok: true, settings: values as Settings };
}

/** Of the command, which may be called from the same shell. */
const ofTheCommand: readonly string[] = ['HOLDFAST_URL', 'HOLDFAST_TOKEN'];

/**
 * Variables that are set, look like settings of ours and are none, each with the nearest one. They keep nothing from
 * working; but whoever set one believes it does something.
 */
export function unknownSettings(
  environment: Readonly<Record<string, string | undefined>>,
): readonly SettingProblem[] {
  const ours: readonly string[] = [...names, ...ofTheCommand];
  const unknown = Object.keys(environment).filter(
    name =>
      /^HOLDFAST_/i.test(name) &&
      !ours.includes(name) &&
      !name.startsWith('HOLDFAST_SECRET_') &&
      (environment[name] ?? '').trim() !== '',
  );
  return unknown.map(setting => {
    const nearest = nearestWord(setting, names);
    const instead = nearest === null ? 'docs/operations.md lists them.' : `did you mean ${nearest}?`;
    return { setting, problem: `is not a setting; ${instead}` };
  });
}
