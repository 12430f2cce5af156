/**
 * Goes on when nobody reads what is said any longer: `npm start | head -3` closes the pipe, a terminal is closed.
 * Unheard, the error of the next line would end the process, in the middle of a pull.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
