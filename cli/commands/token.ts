import { isoInstant } from '../../shared/kernel/time.ts';
import { outJson, type Context } from '../context.ts';
import { longTime } from '../format-time.ts';
import { signIn } from '../sign-in.ts';
import { saveToken, tokenPath } from '../token-file.ts';

export interface TokenOptions {
  readonly persona: string | null;
  readonly tenant: string;
  readonly save: boolean;
}

/** Signs in and prints the token alone, so that `$(holdfast token …)` works; or saves it and prints nothing secret. */
export async function token(context: Context, options: TokenOptions): Promise<void> {
  const { terminal } = context;
  const { signIn: config } = (await context.client.call('config.get')).body;
  const signedIn = await signIn({
    config,
    tenant: options.tenant,
    persona: options.persona,
    show: url => {
      terminal.note(`Open this in a browser and sign in:\n\n  ${url}\n`);
    },
    now: () => context.now(),
    signal: terminal.interrupt,
  });
  const expiresAt = isoInstant(signedIn.expiresAt);
  if (options.save) {
    const path = tokenPath(context.env);
    await saveToken(path, context.url, signedIn.token, signedIn.expiresAt);
    if (context.json) return outJson(context, { saved: path, url: context.url, expiresAt });
    return terminal.note(`Signed in until ${longTime(expiresAt)}. Saved for ${context.url} in ${path}`);
  }
  if (context.json) return outJson(context, { accessToken: signedIn.token, tokenType: 'Bearer', expiresAt });
  await terminal.out(`${signedIn.token}\n`);
  terminal.note(
    terminal.paint('dim', `Valid until ${longTime(expiresAt)}; --save keeps it for the next commands.`),
  );
}
