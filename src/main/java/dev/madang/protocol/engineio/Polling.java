package dev.madang.protocol.engineio;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The transport of a session that has no WebSocket: the GET that is pending, and what waits for
/// the next one. Lives on its server's home thread.
@SuppressWarnings("ReferenceEquality") // a poll is itself and no other
final class Polling {
  private final boolean v4;
  private final boolean base64;
  private EngineSession.@Nullable Poll poll;
  private @Nullable List<Object> queue;
  private long bytes;

  /// @param base64 whether the client takes no binary bodies
  Polling(boolean v4, boolean base64) {
    this.v4 = v4;
    this.base64 = base64;
  }

  /// Whether a GET is pending.
  boolean pends() {
    return poll != null;
  }

  /// Whether nothing waits.
  boolean isEmpty() {
    return queue == null;
  }

  /// Bytes that wait.
  long bytes() {
    return bytes;
  }

  /// Leaves with the next answer.
  ///
  /// @param packet a [Message] or a control packet
  void add(Object packet, int size) {
    List<Object> waiting = queue;
    if (waiting == null) {
      waiting = new ArrayList<>(4);
      queue = waiting;
    }
    waiting.add(packet);
    // An entry costs memory even when it is empty.
    bytes += size + 32L;
  }

  /// A GET came; none is pending.
  void pend(EngineSession.Poll incoming) {
    poll = incoming;
  }

  /// The far end of a GET left: whether it was the pending one.
  boolean gone(EngineSession.Poll gone) {
    boolean pending = poll == gone;
    if (pending) {
      poll = null;
    }
    return pending;
  }

  /// Answers the pending GET with all that waits, or, when nothing does, with `otherwise`.
  void answer(String otherwise) {
    List<Object> waiting = take();
    answerWith(waiting.isEmpty() ? List.of(otherwise) : waiting);
  }

  /// Answers the pending GET, if there is one, for the last time; what waits is forgotten.
  ///
  /// @param whole whether what waits goes before the farewell
  /// @param farewell null = the GET is not answered
  void end(boolean whole, @Nullable String farewell) {
    List<Object> waiting = take();
    if (farewell != null) {
      List<Object> last = new ArrayList<>(whole ? waiting : List.of());
      last.add(farewell);
      answerWith(last);
    }
    poll = null;
  }

  /// What waits, for another transport.
  List<Object> take() {
    List<Object> waiting = queue == null ? List.of() : queue;
    queue = null;
    bytes = 0;
    return waiting;
  }

  private void answerWith(List<Object> packets) {
    EngineSession.Poll answered = poll;
    poll = null;
    if (answered == null) {
      return;
    }
    if (v4) {
      answered.answer(Payload.writeV4(packets), false);
    } else if (!base64 && packets.stream().anyMatch(Polling::isBinary)) {
      answered.answer(Payload.writeV3Binary(packets), true);
    } else {
      answered.answer(Payload.writeV3(packets), false);
    }
  }

  private static boolean isBinary(Object packet) {
    return packet instanceof Message message && !message.isText();
  }
}
