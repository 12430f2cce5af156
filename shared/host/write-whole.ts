import { rename, writeFile } from 'node:fs/promises';

/** Writes a file that nobody ever finds half written: whoever is killed on the way leaves the one before. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, text, { flush: true });
  await rename(draft, path);
}
