/** How this command was called: `holdfast`, `npx holdfast`, and with the address where that was given. */
export function invocationOf(
  url: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const command = env['npm_command'] === 'exec' ? 'npx holdfast' : 'holdfast';
  return url === undefined ? command : `${command} --url ${url}`;
}

/** Advice that names one of our commands, so that it works when it is typed as it stands. */
export function typedAs(text: string, commands: readonly string[], invocation: string): string {
  return text.replace(/\bholdfast ([a-z]+)\b/g, (said, command: string) =>
    commands.includes(command) ? `${invocation} ${command}` : said,
  );
}
