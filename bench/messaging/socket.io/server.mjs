// The official server with its defaults, doing what the benchmark asks of every server.
import { Server } from "socket.io";

const io = new Server(Number(process.argv[2]));
io.on("connection", (socket) => {
  socket.on("echo", (text, ack) => ack(text));
  socket.on("broadcast", (text) => io.emit("message", text));
});
