import { connect, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { selfSigned } from './self-signed.ts';

/** The same server under https: the SDKs send no token in the clear, and an emulator speaks http only. */
export async function tlsFront(url: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(url);
  const open = new Set<TLSSocket>();
  const server = createServer(selfSigned('127.0.0.1'), outside => {
    const inside = connect(Number(port), hostname);
    open.add(outside);
    outside.on('close', () => open.delete(outside));
    for (const [one, other] of [[outside, inside], [inside, outside]] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  }); // prettier-ignore
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise(resolve => {
        server.close(resolve);
      });
    },
  };
}
