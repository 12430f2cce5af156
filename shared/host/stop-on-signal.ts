/** Between two looks whether whoever started us is still there, in milliseconds. */
const lookEvery = 1_000;

/**
 * Ends the process in order on Ctrl-C or a polite kill; a second signal ends it at once. Also when npm is sent such a
 * signal alone, by a supervisor or a script: npm hands it to the shell that runs us, and that dies of it and tells
 * nobody. The product would go on unseen and keep the port and the data folder.
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const begin = (): void => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (thrown: unknown) => {
        process.stderr.write(`Stopping failed: ${thrown instanceof Error ? thrown.message : 'unknown'}\n`);
        process.exit(1);
      },
    );
  };
  const beginOrEnd = (): void => {
    if (stopping) process.exit(130);
    begin();
  };
  process.on('SIGINT', beginOrEnd);
  process.on('SIGTERM', beginOrEnd);
  // Started without npm, a process may well outlive its shell, on purpose.
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const startedBy = process.ppid;
  const look = (): void => {
    if (process.ppid !== startedBy) begin();
  };
  setInterval(look, lookEvery).unref();
}
