import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../kernel/errors.ts';
import { Secret } from '../../kernel/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';

export interface SecretSources {
  /** `HOLDFAST_SECRET_<NAME>`: upper case, `-` as `_`. Asked first. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A JSON object of name and value that only its owner may read. */
  readonly file: string;
  /** The setting that names the file, which then must exist; `secrets.json` of the data folder need not. */
  readonly setting?: string;
}

// What Key Vault allows too, so that a reference can move there unchanged.
const nameForm = /^[0-9A-Za-z-]{1,127}$/;

/** Secrets from the environment, then from a file. Nothing is kept: a rotated secret is seen at once. */
export function environmentSecretStore(sources: SecretSources): SecretStore & { check(): Promise<void> } {
  return {
    async check() {
      await readSecrets(sources);
    },
    async get(name) {
      // Someone may have put the secret itself where its name belongs: what is no name is not repeated.
      if (!nameForm.test(name)) {
        throw new AppError(
          'secret.missing',
          'pause-source',
          'A reference to a secret is not a name. Use letters, digits and "-", such as graph-client-secret.',
        );
      }
      const variable = `HOLDFAST_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;
      const value = sources.environment[variable] || (await readSecrets(sources))[name];
      if (typeof value === 'string' && value !== '') return new Secret(value);
      throw new AppError(
        'secret.missing',
        'pause-source',
        `The secret ${name} is not set. Set the environment variable ${variable}, or add "${name}" to ${called(sources, ' in the data folder')}.`,
        { target: name },
      );
    },
  };
}

const called = ({ setting }: SecretSources, where = ''): string =>
  setting === undefined ? `secrets.json${where}` : `the file that ${setting} names`;

async function readSecrets(sources: SecretSources): Promise<Readonly<Record<string, unknown>>> {
  const { file, setting } = sources;
  const wrong = (what: string): AppError => {
    const subject = called(sources);
    const message = `${subject.replace(/^the /, 'The ')} ${what}`;
    return new AppError('config.invalid', 'pause-source', message, { target: setting ?? 'secrets.json' });
  };
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      throw wrong('can be read by others than its owner. Run chmod 600 on it.');
    }
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const absent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (absent && setting === undefined) return {};
    // Neither the file's text nor the parser's message, which quotes it, may go on: no cause either.
  }
  throw wrong('cannot be read. It must be a JSON object of names and values, readable by this user.');
}
