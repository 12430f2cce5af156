/** Nothing we log on purpose is longer. */
const longest = 2_000;

const rules: readonly (readonly [RegExp, string])[] = [
  // A JSON Web Token, whole or cut.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, '[token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [token]'],
  [/\b(client_secret|client_assertion|access_token|sig|password)=[^&\s"']+/gi, '$1=[secret]'],
  // What reads as a mail address, in any script.
  [/[^\s"'<>,;:()[\]@]+@[^\s"'<>,;:()[\]@]+\.[^\s"'<>,;:()[\]@]+/g, '[address]'],
];

/**
 * The last net under the rule that logs hold ids, counts and durations: tokens, secrets and mail addresses that
 * slipped into a text are taken out of it.
 */
export function redact(text: string): string {
  // Ids, codes and times: nothing to look for.
  if (/^[\w.:/-]{0,60}$/.test(text) && !text.startsWith('eyJ')) return text;
  let clean = text.length > longest ? `${text.slice(0, longest)}…` : text;
  for (const [pattern, instead] of rules) clean = clean.replace(pattern, instead);
  return clean;
}
