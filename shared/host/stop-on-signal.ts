/** Ends the process in order on Ctrl-C or a polite kill; a second signal ends it at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const begin = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    stop().then(
      () => process.exit(0),
      (thrown: unknown) => {
        process.stderr.write(`Stopping failed: ${thrown instanceof Error ? thrown.message : 'unknown'}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', begin);
  process.on('SIGTERM', begin);
}
