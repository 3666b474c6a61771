// The application that every client here speaks to, on the official server: the oracle. The same
// application on Madang is ClientsApplication.java; `./against-oracle` runs the clients against this.
import { Server } from "socket.io";

const io = new Server(0, {
  allowEIO3: true,
  pingInterval: 1000,
  pingTimeout: 5000,
  connectionStateRecovery: {},
});

function common(socket) {
  socket.on("echo", (...args) => args.pop()(...args));
  socket.on("relay", (...args) => socket.emit("relayed", ...args));
  socket.on("ask", (...args) =>
    socket.emit("question", ...args, (...answer) => socket.emit("answered", ...answer)),
  );
  socket.on("askInVain", () =>
    socket.timeout(50).emit("unanswerable", (error) => socket.emit("unanswered", error !== null)),
  );
  socket.on("join", async (room, ack) => {
    await socket.join(room);
    ack();
  });
  socket.on("leave", async (room, ack) => {
    await socket.leave(room);
    ack();
  });
  socket.on("shout", (room, ...args) => socket.to(room).emit("heard", ...args));
  socket.on("shoutExcept", (room, except, ...args) =>
    socket.nsp.to(room).except(except).emit("heard", ...args),
  );
  socket.on("announce", (...args) => socket.nsp.emit("announced", ...args));
  socket.on("announceToOthers", (...args) => socket.broadcast.emit("announced", ...args));
  socket.on("vote", (room, ack) =>
    socket.nsp
      .to(room)
      .timeout(5000)
      .emit("vote", (error, votes) => ack(error !== null, votes)),
  );
  socket.on("count", async (room, ack) => ack((await socket.nsp.in(room).fetchSockets()).length));
  socket.on("clear", (room) => socket.nsp.in(room).disconnectSockets());
  socket.on("nudge", () => socket.volatile.emit("nudged"));
  socket.on("dismiss", () => socket.disconnect());
  socket.on("hangUp", () => socket.disconnect(true));
  socket.on("disconnect", (reason) => socket.nsp.to("watchers").emit("left", socket.id, reason));
  socket.emit("hello", {
    auth: socket.handshake.auth ?? {},
    token: socket.handshake.query.token ?? null,
    namespace: socket.nsp.name,
    recovered: socket.recovered,
  });
}

io.on("connection", common);
io.of("/custom").on("connection", common);
io.of(/^\/floor-\d+$/).on("connection", common);
io.of("/gate")
  .use((socket, next) => {
    if (socket.handshake.auth.token === "sesame") {
      next();
    } else {
      const refusal = new Error("not welcome");
      refusal.data = { code: 7 };
      next(refusal);
    }
  })
  .on("connection", common);

console.log("port " + io.httpServer.address().port);
