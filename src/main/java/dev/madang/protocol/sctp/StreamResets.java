package dev.madang.protocol.sctp;

import java.util.ArrayDeque;
import java.util.Arrays;

/// Stream reset, RFC 6525: our requests, one at a time, and the answers to the far end's.
///
/// RFC 8831 §6.7 closes a channel by resetting the outgoing stream on either side, so that is what
/// is asked and granted; everything else is denied, but for more streams, which cost nothing.
final class StreamResets {
  private final SendQueue queue;
  private final Receiver receiver;
  private final RetransmissionTimeout timeout;
  private final SctpAssociation.Output output;
  private boolean supported;

  /** Streams to be reset, in the order they were asked for. */
  private final ArrayDeque<OutgoingStream> wanted = new ArrayDeque<>();

  // The request under way.
  private int[] asked = {};
  private int requestNumber;
  private int requestTsn;
  private boolean anew;
  private long askAt = Timers.NEVER;

  // The far end's requests.
  private int expected;
  private int lastResult = NOTHING_TO_DO;
  private int[] deferred = {};
  private long deferredTsn;

  StreamResets(
      SendQueue queue,
      Receiver receiver,
      RetransmissionTimeout timeout,
      SctpAssociation.Output output) {
    this.queue = queue;
    this.receiver = receiver;
    this.timeout = timeout;
    this.output = output;
  }

  /// The association stands. RFC 6525 §4.1: request numbers begin with the initial TSN.
  void begin(int firstTsn, Peer peer) {
    supported = peer.resets();
    requestNumber = firstTsn;
    expected = peer.firstTsn();
    lastResult = NOTHING_TO_DO;
    deferred = new int[0];
    asked = new int[0];
    askAt = Timers.NEVER;
    anew = false;
  }

  void stop() {
    wanted.clear();
    asked = new int[0];
    askAt = Timers.NEVER;
    deferred = new int[0];
  }

  long deadline() {
    return askAt;
  }

  // ---- our streams ----------------------------------------------------------------------------

  void want(OutgoingStream stream) {
    if (!stream.resetting) {
      stream.resetting = true;
      wanted.add(stream);
    }
  }

  /** Asks for what may be asked for now: streams of which everything was sent. */
  void ask(PacketWriter packet, int nextTsn, long now) {
    if (wanted.isEmpty() || asked.length > 0) {
      return;
    }
    if (!supported) {
      // The far end cannot be asked. Its numbers go on, so ours must: the stream is not used again.
      for (OutgoingStream stream = wanted.poll(); stream != null; stream = wanted.poll()) {
        output.outgoingReset(stream.id);
      }
      return;
    }
    int[] ids = new int[Math.min(wanted.size(), MAX_STREAMS)];
    int count = 0;
    for (var each = wanted.iterator(); each.hasNext() && count < ids.length; ) {
      OutgoingStream stream = each.next();
      if (stream.isDrained()) {
        ids[count++] = stream.id;
        each.remove();
      }
    }
    if (count > 0) {
      asked = Arrays.copyOf(ids, count);
      requestTsn = nextTsn - 1;
      write(packet, now);
    }
  }

  /** The answer did not come, or was that the far end is not there yet. */
  void tick(PacketWriter packet, long now) {
    if (!Timers.isDue(askAt, now)) {
      return;
    }
    if (anew) {
      requestNumber++;
      anew = false;
    } else {
      timeout.expired();
    }
    write(packet, now);
  }

  /// RFC 6525 §4.1.
  ///
  /// ```
  /// |     Parameter Type = 13       | Parameter Length = 16 + 2 * N |
  /// |           Re-configuration Request Sequence Number            |
  /// |           Re-configuration Response Sequence Number           |
  /// |                Sender's Last Assigned TSN                     |
  /// |  Stream Number 1 (optional)   |    Stream Number 2 (optional) | …
  /// ```
  private void write(PacketWriter packet, long now) {
    int length = 16 + 2 * asked.length;
    int at = packet.chunk(Chunk.RE_CONFIG, 0, length);
    byte[] bytes = packet.bytes();
    Chunk.put16(bytes, at, OUTGOING_RESET);
    Chunk.put16(bytes, at + 2, length);
    Chunk.put32(bytes, at + 4, requestNumber);
    Chunk.put32(bytes, at + 8, expected - 1);
    Chunk.put32(bytes, at + 12, requestTsn);
    for (int i = 0; i < asked.length; i++) {
      Chunk.put16(bytes, at + 16 + 2 * i, asked[i]);
    }
    askAt = now + timeout.timeout();
  }

  /// §4.4: Response Sequence Number and Result.
  private void answered(byte[] bytes, int at, int length) {
    if (length < 12 || asked.length == 0 || Chunk.i32(bytes, at + 4) != requestNumber) {
      return;
    }
    timeout.progressed();
    int result = Chunk.i32(bytes, at + 8);
    if (result == IN_PROGRESS || result == ALREADY_IN_PROGRESS) {
      // Asked again later: some far ends repeat their answer to a number they know, so with a new
      // one. Should this number be answered before, that is good as well.
      anew = true;
      return;
    }
    int[] done = asked;
    asked = new int[0];
    askAt = Timers.NEVER;
    anew = false;
    requestNumber++;
    for (int id : done) {
      queue.reset(id);
      output.outgoingReset(id);
    }
  }

  // ---- the far end's streams ------------------------------------------------------------------

  /// A RE-CONFIG chunk, §3.1: one parameter or two.
  void receive(PacketWriter packet, byte[] bytes, int at, int length) {
    int end = at + length;
    int count = 0;
    while (end - at >= 8 && count < 2) {
      int size = Chunk.u16(bytes, at + 2);
      if (size < 8 || size > end - at) {
        throw Violation.of("a RE-CONFIG parameter of " + size + " bytes");
      }
      if (Chunk.u16(bytes, at) == RESPONSE) {
        answered(bytes, at, size);
      } else {
        request(packet, bytes, at, size);
      }
      at += Chunk.padded(size);
      count++;
    }
  }

  /// §5.2.1: "If the received RE-CONFIG chunk contains at least one request and [...] this is the
  /// last received RE-CONFIG chunk (i.e., a retransmission), the same RE-CONFIG chunk MUST to be
  /// sent back in response, as it was earlier." Unless the answer was that it is in progress: then
  /// the request is looked at anew.
  private void request(PacketWriter packet, byte[] bytes, int at, int length) {
    int number = Chunk.i32(bytes, at + 4);
    boolean repeated = number == expected - 1;
    if (number == expected || (repeated && lastResult == IN_PROGRESS)) {
      expected = number + 1;
      lastResult = perform(Chunk.u16(bytes, at), bytes, at, length);
      respond(packet, number, lastResult);
    } else {
      respond(packet, number, repeated ? lastResult : BAD_NUMBER);
    }
  }

  private static void respond(PacketWriter packet, int number, int result) {
    int to = packet.chunk(Chunk.RE_CONFIG, 0, 12);
    byte[] out = packet.bytes();
    Chunk.put16(out, to, RESPONSE);
    Chunk.put16(out, to + 2, 12);
    Chunk.put32(out, to + 4, number);
    Chunk.put32(out, to + 8, result);
  }

  private int perform(int type, byte[] bytes, int at, int length) {
    return switch (type) {
      case OUTGOING_RESET -> length < 16 ? DENIED : resetIncoming(bytes, at, length);
      case ADD_OUTGOING -> PERFORMED; // all 65535 were granted from the beginning
      default -> DENIED;
    };
  }

  /// §5.2.2: everything sent before has to have come; until then, "any data arriving with a TSN
  /// larger than the Sender's Last Assigned TSN for the affected stream(s)" has to wait, which it
  /// does at the far end: it is not acknowledged.
  private int resetIncoming(byte[] bytes, int at, int length) {
    int count = (length - 16) / 2;
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = Chunk.u16(bytes, at + 16 + 2 * i);
    }
    long tsn = Chunk.unwrap(Chunk.i32(bytes, at + 12), receiver.cumulative());
    if (tsn > receiver.cumulative()) {
      deferred = ids;
      deferredTsn = tsn;
      return IN_PROGRESS;
    }
    deferred = new int[0];
    for (int id : count == 0 ? receiver.reassembly().used() : ids) {
      receiver.reassembly().reset(id);
      output.incomingReset(id);
    }
    return PERFORMED;
  }

  /** Whether this chunk was sent after a reset that waits for chunks before it. */
  boolean waitsFor(int id, long tsn) {
    if (deferred.length == 0 || tsn <= deferredTsn) {
      return false;
    }
    for (int each : deferred) {
      if (each == id) {
        return true;
      }
    }
    return false;
  }

  private static final int OUTGOING_RESET = 13;
  private static final int RESPONSE = 16;
  private static final int ADD_OUTGOING = 17;

  // Results, §4.4.
  private static final int NOTHING_TO_DO = 0;
  private static final int PERFORMED = 1;
  private static final int DENIED = 2;
  private static final int ALREADY_IN_PROGRESS = 4;
  private static final int BAD_NUMBER = 5;
  private static final int IN_PROGRESS = 6;

  /** In one request; more take their turn. */
  private static final int MAX_STREAMS = 128;
}
