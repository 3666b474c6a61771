// A TCP proxy in front of a server whose every connection can be cut, as by a lost network.
import net from "node:net";

export async function cuttableProxy(url) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  let mended = true;
  const server = net.createServer((near) => {
    if (!mended) {
      near.destroy();
      return;
    }
    const far = net.connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: "http://127.0.0.1:" + server.address().port,
    cut() {
      mended = false;
      for (const socket of open) socket.destroy();
    },
    mend() {
      mended = true;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
