/** Where the servers of a real system are, as its own clients are told. */

export type Address = { readonly host: string; readonly port: number };

/**
 * @param what the function that was given them
 * @param hosts what of `servers` names hosts
 * @throws RangeError when it is not "host:port,host:port"
 */
export function addressesOf(
  what: string,
  servers: unknown,
  defaultPort: number,
  hosts: unknown = servers,
): Address[] {
  const addresses = String(hosts)
    .split(",")
    .map((each): Address => {
      const [, host = "", port = defaultPort] = /^([^\s:]+)(?::(\d+))?$/.exec(each) ?? [];
      return { host, port: Number(port) };
    });
  const are = addresses.every(({ host, port }) => host !== "" && port > 0 && port < 2 ** 16);
  if (typeof servers === "string" && are) return addresses;
  const given = `${what}: servers is ${JSON.stringify(servers)}`;
  throw new RangeError(`${given}; expected "host:port,host:port".`);
}
