import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What goes wrong on the way. `blackHole`: connections stand and nothing arrives any more; `down`: connections are refused
 * and those that stand are cut; `bytesPerSecond` is for each direction of a connection.
 */
export type NetworkFault = Readonly<{ latencyMs?: number; jitterMs?: number; blackHole?: boolean; down?: boolean; bytesPerSecond?: number }>;
export type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** A TCP proxy that misbehaves on request, so that drills need neither root nor foreign tools. */
export async function startProxy(targetPort: number) {
  let fault: NetworkFault = {};
  const open = new Set<Socket>();

  const server = createServer((near) => {
    if (fault.down) { near.resetAndDestroy(); return; }
    const far = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]] as const) {
      open.add(from);
      from.setNoDelay(true);
      from.on('error', () => { to.destroy(); });
      from.on('close', () => { open.delete(from); to.destroy(); });
      void carry(from, to);
    }
  });

  async function carry(from: Socket, to: Socket): Promise<void> {
    let readyAt = 0;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        while (fault.blackHole && !from.destroyed) await pause(20);
        const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = fault;
        const wait = latencyMs + (Math.random() * 2 - 1) * jitterMs + (bytesPerSecond ? (chunk.length * 1000) / bytesPerSecond : 0);
        if (wait <= 0 && readyAt <= Date.now()) { to.write(chunk); continue; }
        // Bytes never overtake each other, whatever the jitter says.
        readyAt = Math.max(readyAt, Date.now() + wait);
        if (bytesPerSecond) await pause(wait);
        setTimeout(() => { if (!to.destroyed) to.write(chunk); }, readyAt - Date.now());
      }
      setTimeout(() => { to.end(); }, Math.max(0, readyAt - Date.now()));
    } catch { /* the other side went away */ }
  }

  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port,
    set(next: NetworkFault): void {
      fault = next;
      if (next.down) this.reset();
    },
    heal(): void { fault = {}; },
    /** Cuts what stands now; new connections are taken. */
    reset(): void { for (const socket of open) socket.resetAndDestroy(); },
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}
