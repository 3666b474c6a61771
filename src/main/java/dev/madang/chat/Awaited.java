package dev.madang.chat;

import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An answer that one socket owes us. Settled once: answered, timed out, or its client gone.
final class Awaited implements Comparable<Awaited> {
  private final SocketServer io;
  private final long deadline;
  private final Outgoing question;
  private @Nullable Consumer<Reply> then;

  Awaited(SocketServer io, long deadline, Outgoing question, Consumer<Reply> then) {
    this.io = io;
    this.deadline = deadline;
    this.question = question;
    this.then = then;
  }

  long deadline() {
    return deadline;
  }

  /** The event as it was sent: who was cut off before answering gets it again. */
  Outgoing question() {
    return question;
  }

  boolean isSettled() {
    return then == null;
  }

  void settle(@Nullable Socket socket, Reply reply) {
    Consumer<Reply> waiting = then;
    if (waiting != null) {
      then = null;
      io.settled();
      io.guarded(socket, () -> waiting.accept(reply));
    }
  }

  void timeOut() {
    Consumer<Reply> waiting = then;
    if (waiting != null) {
      then = null;
      io.guarded(null, () -> waiting.accept(new Reply.TimedOut()));
    }
  }

  /** Earlier deadlines first; nanoseconds may wrap. */
  @Override
  public int compareTo(Awaited other) {
    return Long.signum(deadline - other.deadline);
  }
}
