/** A line to a server that can be cut: both ends are told, and nobody gets through until it is mended. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type Line = {
  /** Where its near end listens. */
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): void;
};

/** @param to the port of the server, on the loopback interface */
export async function openLine(to: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const join = (from: Socket, other: Socket) => {
    sockets.add(from);
    from.setNoDelay().pipe(other);
    from.on("error", () => other.destroy());
    from.on("close", () => {
      sockets.delete(from);
      other.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    join(near, far);
    join(far, near);
    if (isCut) near.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      isCut = false;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
