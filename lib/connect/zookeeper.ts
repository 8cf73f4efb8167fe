/** The ensemble's client interface over a real Apache ZooKeeper: what was built on the one runs on the other unchanged. */

import { checkNumber, checkPath, face, type ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import { loadNpm } from "./npm.ts";
import { addressesOf } from "./servers.ts";
import { RealSession } from "./session.ts";

export type ConnectOptions = {
  /** The session's timeout to ask for, in milliseconds: 30,000 unless told. The server may grant another. */
  readonly timeoutMs?: number;
  /** The clock that `aliveUntilMs` is told on, in milliseconds: `performance.now` unless told. */
  readonly now?: () => number;
};

/**
 * Opens a session with a real ZooKeeper.
 *
 * Values: a string goes as UTF-8; what comes back is a string when it is UTF-8, and bytes otherwise. Session ids are
 * the server's, folded into 53 bits. `aliveUntilMs` counts from the last heartbeat that the server has answered, but a
 * follower answers before its leader has counted: only on a leader, or a server that stands alone, is it certain. The
 * session is never "readOnly": the npm client cannot ask for that.
 *
 * @param servers "host:port,host:port", with a path behind it for a root of one's own
 * @throws RangeError when `servers` or `timeoutMs` makes no sense; ZooKeeperError ConnectionLoss when no server has
 * granted a session within `timeoutMs`
 */
export async function connectZooKeeper(
  servers: string,
  { timeoutMs = 30_000, now = () => performance.now() }: ConnectOptions = {},
): Promise<ZooKeeper> {
  checkServers(servers);
  checkNumber("connectZooKeeper: timeoutMs", timeoutMs);
  const loaded = await loadNpm();
  const client = loaded.npm.createClient(servers, { sessionTimeout: timeoutMs, spinDelay: 100 });
  const session = new RealSession(client, loaded.translated, now);
  const { zookeeper, hear } = face(session);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      session.end("closed");
      reject(new ZooKeeperError("ConnectionLoss", `no session with ${servers} in ${timeoutMs} ms`));
    }, timeoutMs);
    session.start((news) => {
      hear(news);
      if (news.kind !== "state" || news.state !== "connected") return;
      clearTimeout(late);
      resolve(zookeeper);
    });
  });
}

/** The npm client would throw where nobody can catch it. */
function checkServers(servers: string): void {
  const [, hosts = "", root] = /^([^/]*)(\/.+)?/.exec(String(servers)) ?? [];
  addressesOf("connectZooKeeper", servers, 2181, hosts);
  if (root !== undefined) checkPath("connectZooKeeper: the root", root);
}
