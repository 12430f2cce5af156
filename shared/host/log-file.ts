import { createWriteStream, type WriteStream } from 'node:fs';

/**
 * Appends log lines to a file. What cannot be written (the disk is full, the folder gone) is dropped: a log must not
 * end the process that pulls. The file is opened anew with a later line; `onTrouble` hears of the first failure alone.
 */
export function logFile(path: string, onTrouble: () => void): { write(text: string): void } {
  let told = false;
  const open = (): WriteStream =>
    createWriteStream(path, { flags: 'a' }).on('error', () => {
      if (!told) onTrouble();
      told = true;
    });
  let stream = open();
  return {
    write(text) {
      if (stream.destroyed) {
        stream = open();
        // The line that failed may stand there in part.
        stream.write('\n');
      }
      stream.write(text);
    },
  };
}
