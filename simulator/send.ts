import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outgoing } from './faults/answer-with-faults.ts';

/** Writes an answer to its socket, in the manner a fault may ask for. */
export async function send(response: ServerResponse, { reply, manner, now }: Outgoing): Promise<void> {
  if (reply.delayMs !== undefined) await sleep(reply.delayMs, undefined, { ref: false });
  const { socket } = response;
  if (socket === null || socket.destroyed || manner === 'hang') return;
  if (manner === 'reset') {
    socket.resetAndDestroy();
    return;
  }
  const body = Buffer.from(reply.body);
  response.sendDate = false;
  response.writeHead(reply.status, {
    date: new Date(now).toUTCString(),
    ...reply.headers,
    ...(manner === 'cut-chunked' || reply.status === 204 ? {} : { 'content-length': body.length }),
  });
  if (manner === null) {
    response.end(body);
    return;
  }
  const half = body.subarray(0, Math.floor(body.length / 2));
  await new Promise<void>(done => {
    response.write(half, () => done());
  });
  if (manner === 'hang-mid-body') return;
  if (manner === 'reset-mid-body') {
    // A reset may overtake bytes that are still on their way; the caller should see some of them first.
    await sleep(20, undefined, { ref: false });
    socket.resetAndDestroy();
  } else socket.end();
}
