// An official client against the application of oracle.mjs:
//   node node-client.mjs v2|v3|v4 polling|websocket|upgrade URL
// Prints one line a check, `ok NAME` or `FAILED NAME: WHY`, and ends with 1 when one failed.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { cuttableProxy } from "./proxy.mjs";

const [version, transport, url] = process.argv.slice(2);
const client = createRequire(import.meta.url)("socket.io-client-" + version);
const old = version === "v2";
const transports = transport === "upgrade" ? ["polling", "websocket"] : [transport];
// Processes run beside each other against one server.
const blue = "blue " + process.pid;
const CHECK_LIMIT = 20_000;

let opened = [];
let failures = 0;

function manager(to = url, options = {}) {
  const manager = new client.Manager(to, {
    transports,
    autoConnect: false,
    reconnection: false,
    reconnectionDelay: 50,
    ...options,
  });
  opened.push(manager);
  return manager;
}

function socket(from = manager(), namespace = "/", auth = {}) {
  return from.socket(namespace, old ? { query: auth } : { auth });
}

function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

async function stands(socket) {
  const connected = once(socket, "connect");
  const hello = once(socket, "hello");
  const refused = once(socket, old ? "error" : "connect_error").then(([why]) => {
    throw new Error("refused: " + (why.message ?? why));
  });
  refused.catch(() => {});
  socket.connect();
  await Promise.race([Promise.all([connected, hello]), refused]);
  return socket;
}

async function onRightTransport(socket) {
  await stands(socket);
  if (transport === "upgrade" && socket.io.engine.transport.name !== "websocket") {
    await once(socket.io.engine, "upgrade");
  }
  return socket;
}

function ack(socket, ...args) {
  return new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer)));
}

// With connection state recovery the official server adds an offset behind an event's arguments.
async function heard(socket, event, count) {
  return (await once(socket, event)).slice(0, count);
}

async function collect(socket, event, count) {
  const all = [];
  await new Promise((resolve) =>
    socket.on(event, (first) => {
      all.push(first);
      if (all.length === count) resolve();
    }),
  );
  return all;
}

// Why the server says that this socket left, told to who joined "watchers".
function left(watcher, id) {
  return new Promise((resolve) =>
    watcher.on("left", (who, reason) => {
      if (who === id) resolve(reason);
    }),
  );
}

async function check(name, body) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in " + CHECK_LIMIT + " ms")), CHECK_LIMIT);
  });
  try {
    await Promise.race([body(), late]);
    console.log("ok " + name);
  } catch (error) {
    failures++;
    console.log("FAILED " + name + ": " + error.message.replaceAll("\n", " "));
  } finally {
    clearTimeout(timer);
    for (const manager of opened) {
      manager.reconnection(false);
      manager.engine?.close();
    }
    opened = [];
  }
}

const texts = ["plain", "안녕 🌊 \u0000 \u001e \u2028", "", 42, -0.5, true, null, { a: [1, { b: "c" }] }];
const binaries = [
  Buffer.from([0, 1, 2, 254, 255]),
  { deep: [Buffer.from("four"), { deeper: Buffer.alloc(0) }], text: "beside" },
  Buffer.alloc(70_000, 7),
];

await check("connects", async () => {
  const s = await onRightTransport(socket());
  assert.equal(s.io.engine.transport.name, transport === "upgrade" ? "websocket" : transport);
  assert.ok(s.id.length >= 16);
});

await check("handshake", async () => {
  const from = manager(url, { query: { token: "by query" } });
  const s = socket(from, "/", { token: "by auth", deep: { n: 1 } });
  const hello = once(s, "hello");
  s.connect();
  const [{ auth, token, namespace }] = await hello;
  assert.equal(token, "by query");
  assert.equal(namespace, "/");
  if (!old) assert.deepEqual(auth, { token: "by auth", deep: { n: 1 } });
});

if (transport === "upgrade") {
  await check("upgrade loses nothing", async () => {
    const s = socket();
    let done = 0;
    const order = [];
    const relayed = collect(s, "relayed", 300);
    const standing = stands(s);
    const upgraded = once(s.io.engine, "upgrade");
    await standing;
    const answers = [];
    for (let i = 0; i < 300; i++) {
      answers.push(ack(s, "echo", i).then(([n]) => order.push(n)));
      s.emit("relay", i);
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(answers);
    await upgraded;
    const expected = Array.from({ length: 300 }, (_, i) => i);
    assert.deepEqual(order, expected);
    assert.deepEqual(await relayed, expected);
  });
}

await check("text both ways", async () => {
  const s = await onRightTransport(socket());
  assert.deepEqual(await ack(s, "echo", ...texts), texts);
  const relayed = heard(s, "relayed", texts.length);
  s.emit("relay", ...texts);
  assert.deepEqual(await relayed, texts);
});

await check("binary both ways", async () => {
  const s = await onRightTransport(socket());
  assert.deepEqual(await ack(s, "echo", ...binaries), binaries);
  const relayed = heard(s, "relayed", binaries.length);
  s.emit("relay", ...binaries);
  assert.deepEqual(await relayed, binaries);
});

await check("the server asks", async () => {
  const s = await onRightTransport(socket());
  s.on("question", (text, bytes, answer) => answer(text + "!", { bytes }));
  const answered = heard(s, "answered", 2);
  s.emit("ask", "well", Buffer.from([9, 8]));
  assert.deepEqual(await answered, ["well!", { bytes: Buffer.from([9, 8]) }]);
});

await check("the server asks in vain", async () => {
  const s = await onRightTransport(socket());
  const unanswered = heard(s, "unanswered", 1);
  s.emit("askInVain");
  assert.deepEqual(await unanswered, [true]);
});

await check("large messages", async () => {
  const s = await onRightTransport(socket());
  const text = "가나다 x".repeat(30_000);
  assert.deepEqual(await ack(s, "echo", text), [text]);
  const bytes = Buffer.alloc(300_000, 3);
  assert.deepEqual(await ack(s, "echo", bytes), [bytes]);
});

await check("a burst keeps its order", async () => {
  const s = await onRightTransport(socket());
  const relayed = collect(s, "relayed", 1000);
  for (let i = 0; i < 1000; i++) {
    s.emit("relay", i % 50 === 0 ? Buffer.from([i / 50]) : i);
  }
  const expected = Array.from({ length: 1000 }, (_, i) => (i % 50 === 0 ? Buffer.from([i / 50]) : i));
  assert.deepEqual(await relayed, expected);
});

await check("rooms", async () => {
  const a = await onRightTransport(socket());
  const b = await onRightTransport(socket());
  const c = await onRightTransport(socket());
  await ack(a, "join", blue);
  await ack(b, "join", blue);
  assert.deepEqual(await ack(c, "count", blue), [2]);
  const told = [];
  for (const [name, s] of Object.entries({ a, b, c })) {
    s.on("heard", (text) => told.push(name + " " + text));
  }
  const first = heard(b, "heard", 2);
  a.emit("shout", blue, "one", Buffer.from("two"));
  assert.deepEqual(await first, ["one", Buffer.from("two")]);
  await ack(b, "leave", blue);
  const second = once(a, "heard");
  c.emit("shout", blue, "three");
  await second;
  await ack(b, "join", "red");
  await ack(c, "join", blue);
  const third = once(a, "heard");
  b.emit("shoutExcept", blue, c.id, "four");
  await third;
  await Promise.all([a, b, c].map((s) => ack(s, "echo")));
  assert.deepEqual(told, ["b one", "a three", "a four"]);
});

await check("broadcast", async () => {
  const a = await onRightTransport(socket());
  const b = await onRightTransport(socket());
  const both = Promise.all([heard(a, "announced", 2), heard(b, "announced", 2)]);
  a.emit("announce", { to: "all" }, Buffer.from("raw"));
  const said = [{ to: "all" }, Buffer.from("raw")];
  assert.deepEqual(await both, [said, said]);
  let own = 0;
  a.on("announced", () => own++);
  const other = heard(b, "announced", 1);
  a.emit("announceToOthers", "you");
  assert.deepEqual(await other, ["you"]);
  await ack(a, "echo");
  assert.equal(own, 0);
});

await check("a room votes", async () => {
  const a = await onRightTransport(socket());
  const b = await onRightTransport(socket());
  a.on("vote", (answer) => answer("yes"));
  b.on("vote", (answer) => answer(Buffer.from("no")));
  await ack(a, "join", "voters " + process.pid);
  await ack(b, "join", "voters " + process.pid);
  const [failed, votes] = await ack(a, "vote", "voters " + process.pid);
  assert.equal(failed, false);
  assert.deepEqual(votes.map(String).sort(), ["no", "yes"]);
});

await check("volatile", async () => {
  const s = await onRightTransport(socket());
  let nudged = false;
  s.on("nudged", () => (nudged = true));
  while (!nudged) {
    s.emit("nudge");
    await ack(s, "echo");
  }
});

await check("namespaces share a connection", async () => {
  const from = manager();
  const main = await onRightTransport(socket(from));
  const custom = await stands(socket(from, "/custom", { token: "for custom" }));
  const floor = await stands(socket(from, "/floor-42"));
  assert.equal(main.io.engine, custom.io.engine);
  if (!old) assert.notEqual(main.id, custom.id);
  let crossed = 0;
  main.on("announced", () => crossed++);
  const announced = heard(custom, "announced", 1);
  custom.emit("announce", "here only");
  assert.deepEqual(await announced, ["here only"]);
  assert.deepEqual(await ack(floor, "echo", "up", Buffer.from("stairs")), ["up", Buffer.from("stairs")]);
  const gone = once(custom, "disconnect");
  custom.disconnect();
  assert.deepEqual((await gone)[0], "io client disconnect");
  assert.deepEqual(await ack(main, "echo", "still here"), ["still here"]);
  assert.equal(crossed, 0);
});

await check("an unknown namespace is refused", async () => {
  const from = manager();
  const main = await onRightTransport(socket(from));
  const nowhere = socket(from, "/nowhere");
  const refused = once(nowhere, old ? "error" : "connect_error");
  nowhere.connect();
  const [why] = await refused;
  assert.equal(why.message ?? why, "Invalid namespace");
  assert.deepEqual(await ack(main, "echo", 1), [1]);
});

await check("middleware refuses and admits", async () => {
  const from = manager();
  await onRightTransport(socket(from));
  const stranger = socket(from, "/gate", { token: "wrong" });
  const refused = once(stranger, old ? "error" : "connect_error");
  stranger.connect();
  const [why] = await refused;
  if (old) {
    assert.deepEqual(why, { code: 7 });
  } else {
    assert.equal(why.message, "not welcome");
    assert.deepEqual(why.data, { code: 7 });
  }
  const other = manager();
  const friend = await stands(socket(other, "/gate", { token: "sesame" }));
  assert.deepEqual(await ack(friend, "echo", "in"), ["in"]);
});

await check("disconnect reasons", async () => {
  const watcher = await onRightTransport(socket());
  await ack(watcher, "join", "watchers");
  const reasons = async (act) => {
    const s = await onRightTransport(socket());
    const there = left(watcher, s.id);
    const here = once(s, "disconnect");
    act(s);
    return [(await here)[0], await there];
  };
  assert.deepEqual(await reasons((s) => s.disconnect()), ["io client disconnect", "client namespace disconnect"]);
  assert.deepEqual(await reasons((s) => s.emit("dismiss")), ["io server disconnect", "server namespace disconnect"]);
  assert.deepEqual(await reasons((s) => s.emit("hangUp")), ["io server disconnect", "server namespace disconnect"]);
  const [here, there] = await reasons((s) => s.io.engine.close());
  assert.equal(here, "forced close");
  assert.equal(there, "transport close");
});

await check("a room is cleared", async () => {
  const a = await onRightTransport(socket());
  const b = await onRightTransport(socket());
  await ack(a, "join", "doomed " + process.pid);
  const gone = once(a, "disconnect");
  b.emit("clear", "doomed " + process.pid);
  assert.equal((await gone)[0], "io server disconnect");
  assert.deepEqual(await ack(b, "echo", 1), [1]);
});

await check("heartbeats keep it alive", async () => {
  const s = await onRightTransport(socket());
  for (let beats = 0; beats < 2; ) {
    const [packet] = await once(s.io.engine, "packet");
    beats += packet.type === (old ? "pong" : "ping");
  }
  assert.deepEqual(await ack(s, "echo", "beating"), ["beating"]);
});

await check("reconnects after a cut", async () => {
  const proxy = await cuttableProxy(url);
  const s = await onRightTransport(socket(manager(proxy.url, { reconnection: true })));
  const id = s.id;
  const observer = await onRightTransport(socket());
  await ack(observer, "join", "watchers");
  await ack(s, "join", blue);
  const before = heard(s, "heard", 1);
  observer.emit("shout", blue, "before");
  await before;
  // By polling a cut is noticed at once only while a poll waits there: let the next one arrive.
  await ack(observer, "echo");
  await ack(observer, "echo");
  const missed = collect(s, "heard", 3);
  const gone = once(s, "disconnect");
  const noticed = left(observer, id);
  proxy.cut();
  assert.match((await gone)[0], /^transport (close|error)$/);
  assert.match(await noticed, /^(transport (close|error)|ping timeout)$/);
  observer.emit("shout", blue, "while", "away");
  observer.emit("shout", blue, { still: "away" });
  observer.emit("shout", blue, Buffer.from("and bytes"));
  await ack(observer, "echo");
  const back = once(s, "connect");
  proxy.mend();
  await back;
  if (version === "v4") {
    assert.equal(s.recovered, true);
    assert.equal(s.id, id);
    assert.deepEqual(await missed, ["while", { still: "away" }, Buffer.from("and bytes")]);
    const again = heard(s, "heard", 1);
    observer.emit("shout", blue, "after");
    assert.deepEqual(await again, ["after"]);
  } else {
    assert.notEqual(s.id, id);
    assert.deepEqual(await ack(s, "count", blue), [0]);
  }
  assert.deepEqual(await ack(s, "echo", "back"), ["back"]);
  proxy.close();
});

process.exit(failures === 0 ? 0 : 1);
