// Takes an address apart as `engine.io-client` wants it, by the browser's own URL.

export function parse(address: string) {
  const { protocol, hostname, port, pathname, search } = new URL(address);
  const host = hostname.replace(/[[\]]/g, '');
  return { source: address, protocol: protocol.slice(0, -1), host, port, path: pathname, query: search.slice(1) };
}
