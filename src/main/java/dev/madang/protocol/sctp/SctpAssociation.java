package dev.madang.protocol.sctp;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One end of an SCTP association inside a DTLS connection (RFC 8261): RFC 9260 with partial
/// reliability (RFC 3758), stream reset (RFC 6525) and interleaving (RFC 8260) where the far end
/// has them. Lives on the thread of its transport.
///
/// In by the methods below, out by [Output], always before the method returns. From within an
/// [Output] method every method may be called but [#receive] and [#tick]. No method throws for what
/// a far end does: it is dropped, or ends the association.
public final class SctpAssociation {

  /** What the association wants of its transport and of those above it. */
  public interface Output {
    /// A packet for the far end, as one DTLS record. The bytes are the association's own, good
    /// during the call.
    void send(byte[] packet, int offset, int length);

    /// Both sides know each other. Called again without [#closed] when the far end began anew:
    /// nothing sent before will arrive, every stream is as new.
    void established(boolean anew);

    /** A whole message. The bytes are a view, good during the call. */
    void message(int stream, int ppid, byte[] bytes, int offset, int length);

    /// What waits on this stream fell to its threshold; or [SctpAssociation#send] may be tried
    /// again after it said [SendResult#FULL].
    void bufferedAmountLow(int stream);

    /**
     * The far end reset the stream it sends on: the next message on it is the first of a new one.
     */
    void incomingReset(int stream);

    /** The stream that we send on and that was to be reset is; it may be used anew. */
    void outgoingReset(int stream);

    /// It is over; called once. Nothing is called after it but [#send], to answer a far end that
    /// did not hear our last word.
    void closed(SctpClosed reason, String detail);
  }

  /// What has happened so far, in packets and messages; and what is kept now.
  ///
  /// @param dropped packets, chunks and messages that made no sense or found no room
  /// @param abandoned messages given up before they arrived, as their [Delivery] allows
  /// @param retransmitted chunks
  /// @param bytesHeld received, not yet handed on, with what keeping them costs
  /// @param bytesWaiting taken, and not yet acknowledged, with what keeping them costs
  public record Counters(
      long packetsIn,
      long packetsOut,
      long dropped,
      long messagesIn,
      long messagesOut,
      long abandoned,
      long retransmitted,
      long timeouts,
      long bytesHeld,
      long bytesWaiting) {}

  private final SctpSettings settings;
  private final Output output;
  private final WhileItLasts upward;
  private final Tally tally = new Tally();
  private final RetransmissionTimeout timeout;
  private final PacketWriter packet;
  private final Handshake handshake;
  private final SendQueue queue;
  private final Sender sender;
  private final Receiver receiver;
  private final StreamResets resets;
  private final Heartbeat heartbeat;
  private State state = State.CLOSED;
  private int outgoingStreams = Init.STREAMS;
  private boolean interleaving;
  private boolean busy;
  private int seen;
  private long t2 = Timers.NEVER;
  private long t5 = Timers.NEVER;

  /// @param random unguessable numbers: tags, first TSN, the key of cookies
  public SctpAssociation(SctpSettings settings, LongSupplier random, Output output) {
    this.settings = settings;
    this.output = output;
    upward = new WhileItLasts(output);
    timeout = new RetransmissionTimeout(settings);
    packet = new PacketWriter(settings, tally, output);
    handshake = new Handshake(settings, random, packet, timeout);
    queue = new SendQueue(settings, tally);
    sender = new Sender(settings, queue, timeout, tally);
    receiver = new Receiver(settings, tally, upward);
    resets = new StreamResets(queue, receiver, timeout, upward);
    heartbeat = new Heartbeat(settings, random, timeout);
  }

  // ---- from above -----------------------------------------------------------------------------

  /** Begins the handshake. One side or both may. */
  public void connect(long now) {
    if (state == State.CLOSED) {
      state = State.COOKIE_WAIT;
      handshake.init(now);
    }
  }

  /// Sends a message of at least one byte; the bytes are copied. Before the association stands,
  /// messages wait for it.
  ///
  /// @param stream 0-65534
  public SendResult send(
      int stream, int ppid, byte[] bytes, int offset, int length, Delivery delivery, long now) {
    if (length < 1 || stream < 0 || stream >= Init.STREAMS) {
      throw new IllegalArgumentException(length + " bytes on stream " + stream);
    }
    if (!state.takes() || stream >= outgoingStreams) {
      return SendResult.CLOSED;
    }
    SendResult result = queue.offer(stream, ppid, bytes, offset, length, delivery, now);
    settle(now);
    OutgoingStream sending = queue.known(stream);
    if (sending != null) {
      queue.watch(sending);
    }
    return result;
  }

  /// Sends a short message in order, even when the buffer is full: one that is not worth waiting
  /// for, and of which there are few.
  SendResult sendAlways(int stream, int ppid, byte[] bytes, int length, long now) {
    if (!state.takes() || stream >= outgoingStreams) {
      return SendResult.CLOSED;
    }
    SendResult result = queue.add(stream, ppid, bytes, 0, length, Delivery.RELIABLE, now);
    settle(now);
    return result;
  }

  /** Bytes of this stream's messages that have not left yet. */
  public int bufferedAmount(int stream) {
    OutgoingStream known = queue.known(stream);
    return known == null ? 0 : known.buffered;
  }

  /** From which [#bufferedAmount] on downwards [Output#bufferedAmountLow] is called; 0 at first. */
  public void bufferedAmountLowThreshold(int stream, int bytes) {
    OutgoingStream known = state.takes() ? queue.stream(stream) : null;
    if (known != null) {
      known.lowThreshold = bytes;
    }
  }

  /// Messages of so many bytes that were handed on are not read yet: until [#read] they take room
  /// in the window that the far end may fill. So whoever reads slowly is sent no more than it
  /// reads.
  public void unread(int bytes) {
    receiver.unread(bytes);
  }

  /** So many of those bytes were read. */
  public void read(int bytes, long now) {
    receiver.read(bytes);
    if (state.receives()) {
      settle(now);
    }
  }

  /// Resets a stream that we send on, once what waits on it was sent. Until [Output#outgoingReset]
  /// nothing more is taken for it.
  public void reset(int stream, long now) {
    OutgoingStream known = state.takes() ? queue.stream(stream) : null;
    if (known != null) {
      resets.want(known);
      settle(now);
    }
  }

  /** Ends the association once everything sent has arrived; nothing more is taken. */
  public void close(long now) {
    if (state == State.ESTABLISHED) {
      state = State.SHUTDOWN_PENDING;
      settle(now);
    } else if (state.isBeginning()) {
      abort("", now);
    }
  }

  /** Ends the association at once, and tells the far end. */
  public void abort(String reason, long now) {
    if (state != State.OVER) {
      breakOff(SctpClosed.ABORTED, Chunk.USER_ABORT, reason);
    }
  }

  public boolean isEstablished() {
    return state == State.ESTABLISHED;
  }

  /** Whether messages of different streams may interleave, as RFC 8260 has it. */
  public boolean interleaves() {
    return interleaving;
  }

  public Counters counters() {
    return new Counters(
        tally.packetsIn,
        tally.packetsOut,
        tally.dropped,
        tally.messagesIn,
        tally.messagesOut,
        tally.abandoned,
        tally.retransmitted,
        tally.timeouts,
        receiver.reassembly().held(),
        queue.held());
  }

  // ---- time -----------------------------------------------------------------------------------

  /** When [#tick] has something to do; `Long.MAX_VALUE` when nothing is waiting. */
  public long deadline() {
    if (state == State.OVER) {
      return Timers.NEVER;
    }
    long data = Timers.sooner(sender.deadline(), receiver.deadline());
    long control = Timers.sooner(handshake.deadline(), resets.deadline());
    long end = Timers.sooner(t2, t5);
    return Timers.sooner(Timers.sooner(data, control), Timers.sooner(end, heartbeat.deadline()));
  }

  /** Does what is due. Call when [#deadline()] has come, or any time. */
  public void tick(long now) {
    if (state == State.OVER) {
      return;
    }
    handshake.tick(now);
    sender.tick(now);
    resets.tick(packet, now);
    heartbeat.tick(packet, sender.isIdle() && state == State.ESTABLISHED, now);
    if (Timers.isDue(t2, now)) {
      timeout.expired();
      sayGoodbye(now);
    }
    // RFC 9260 §8.1: "If the value of this counter exceeds the limit indicated in the protocol
    // parameter 'Association.Max.Retrans', the endpoint SHOULD consider the peer endpoint
    // unreachable". §9.2, T5: "the sender SHOULD [...] send an ABORT chunk".
    if (timeout.failures() > settings.maxRetransmissions() || Timers.isDue(t5, now)) {
      breakOff(SctpClosed.TIMEOUT, Chunk.USER_ABORT, "no answer");
      return;
    }
    settle(now);
  }

  // ---- packets come ---------------------------------------------------------------------------

  /** One SCTP packet, the content of one DTLS record. */
  public void receive(byte[] bytes, int offset, int length, long now) {
    tally.packetsIn++;
    if (length < Chunk.PACKET_HEADER + Chunk.HEADER
        || Chunk.u16(bytes, offset) != settings.remotePort()
        || Chunk.u16(bytes, offset + 2) != settings.localPort()
        || !packet.isIntact(bytes, offset, length)) {
      tally.dropped++;
      return;
    }
    busy = true;
    try {
      seen = 0;
      receiver.packetBegins();
      read(bytes, offset, offset + length, now);
      receiver.packetEnds(now);
    } catch (Violation violation) {
      if (state != State.OVER) {
        breakOff(violation.reason(), violation.errorCause(), violation.getMessage());
      }
    } finally {
      busy = false;
    }
    settle(now);
  }

  private void read(byte[] bytes, int offset, int end, long now) {
    int tag = Chunk.i32(bytes, offset + 4);
    for (int at = offset + Chunk.PACKET_HEADER; end - at >= Chunk.HEADER; ) {
      int type = Chunk.u8(bytes, at);
      int flags = Chunk.u8(bytes, at + 1);
      int size = Chunk.u16(bytes, at + 2);
      boolean first = at == offset + Chunk.PACKET_HEADER;
      boolean last = at + Chunk.padded(size) >= end;
      if (size < Chunk.HEADER
          || size > end - at
          || !isForUs(type, flags, tag, first && last)
          || !read(type, flags, tag, bytes, at + Chunk.HEADER, size - Chunk.HEADER, now)) {
        tally.dropped++;
        return;
      }
      at += Chunk.padded(size);
    }
  }

  /// RFC 9260 §8.5: a chunk's packet carries our tag; §8.5.1: INIT none, and it is alone (§6.10);
  /// ABORT and SHUTDOWN-COMPLETE perhaps the far end's own, and say so; COOKIE-ECHO and
  /// SHUTDOWN-ACK are looked at more closely.
  private boolean isForUs(int type, int flags, int tag, boolean alone) {
    return switch (type) {
      case Chunk.INIT -> tag == 0 && alone;
      case Chunk.COOKIE_ECHO, Chunk.SHUTDOWN_ACK -> true;
      case Chunk.ABORT, Chunk.SHUTDOWN_COMPLETE ->
          (flags & Chunk.REFLECTED) == 0
              ? tag == handshake.localTag()
              : tag == packet.tag() && tag != 0;
      default -> tag == handshake.localTag();
    };
  }

  /// One chunk.
  ///
  /// @return false when the rest of the packet is not to be read
  private boolean read(int type, int flags, int tag, byte[] bytes, int at, int length, long now) {
    if (state == State.OVER && type != Chunk.SHUTDOWN_ACK) {
      return false;
    }
    heartbeat.heard(now);
    switch (type) {
      case Chunk.DATA, Chunk.I_DATA -> {
        return data(type == Chunk.I_DATA, flags, bytes, at, length);
      }
      case Chunk.INIT -> {
        return init(bytes, at, length, now);
      }
      case Chunk.INIT_ACK -> initAck(bytes, at, length, now);
      case Chunk.COOKIE_ECHO -> {
        return cookieEcho(tag, bytes, at, length, now);
      }
      case Chunk.COOKIE_ACK -> cookieAck(now);
      case Chunk.SACK -> {
        if (!state.isBeginning() && once(SACK_SEEN)) {
          sender.sack(bytes, at, length, now);
        }
      }
      case Chunk.HEARTBEAT -> {
        boolean answered =
            !state.isBeginning()
                && once(HEARTBEAT_SEEN)
                && heartbeat.answer(packet, bytes, at, length, now);
        tally.dropped += answered ? 0 : 1;
      }
      case Chunk.HEARTBEAT_ACK -> heartbeat.answered(bytes, at, length, now);
      case Chunk.RE_CONFIG -> {
        if (!state.isBeginning() && once(RESET_SEEN)) {
          resets.receive(packet, bytes, at, length);
        }
      }
      case Chunk.FORWARD_TSN, Chunk.I_FORWARD_TSN -> {
        if (state.receives() && once(FORWARD_SEEN)) {
          receiver.forward(type == Chunk.I_FORWARD_TSN, bytes, at, length);
        }
      }
      case Chunk.ABORT -> aborted(bytes, at, length);
      case Chunk.ERROR -> error(bytes, at, length, now);
      case Chunk.SHUTDOWN -> shutdown(bytes, at, length, now);
      case Chunk.SHUTDOWN_ACK -> {
        return shutdownAck(tag);
      }
      case Chunk.SHUTDOWN_COMPLETE -> shutdownComplete();
      default -> {
        return unknown(type, bytes, at - Chunk.HEADER, Chunk.HEADER + length);
      }
    }
    return true;
  }

  /** Whether this is the first chunk of its kind in the packet; more would be work for nothing. */
  private boolean once(int kind) {
    boolean first = (seen & kind) == 0;
    seen |= kind;
    tally.dropped += first ? 0 : 1;
    return first;
  }

  private boolean data(boolean iData, int flags, byte[] bytes, int at, int length) {
    if (!state.receives()) {
      tally.dropped++;
      return true;
    }
    if (state == State.SHUTDOWN_SENT) {
      seen |= DATA_SEEN;
    }
    if (!receiver.data(iData, flags, bytes, at, length, resets) && once(ERROR_SENT)) {
      // RFC 9260 §6.5: "acknowledge the reception of the DATA chunk [...] and immediately send an
      // ERROR chunk with cause set to 'Invalid Stream Identifier'".
      ErrorCause.invalidStream(packet, Chunk.u16(bytes, at + 4));
    }
    return state != State.OVER;
  }

  /// RFC 9260 §3.2: the two highest bits of an unknown type say whether the rest of the packet is
  /// read, and whether the far end is told.
  private boolean unknown(int type, byte[] bytes, int at, int length) {
    tally.dropped++;
    if ((type & 0x40) != 0 && !state.isBeginning() && once(ERROR_SENT)) {
      ErrorCause.unrecognizedChunk(packet, bytes, at, length);
    }
    return (type & 0x80) != 0;
  }

  // ---- beginning ------------------------------------------------------------------------------

  private boolean init(byte[] bytes, int at, int length, long now) {
    Init init = Init.read(bytes, at, length);
    if (init == null) {
      return false;
    }
    if (state == State.SHUTDOWN_ACK_SENT) {
      // §9.2: "the endpoint SHOULD discard the INIT chunk and retransmit the SHUTDOWN ACK chunk."
      packet.chunk(Chunk.SHUTDOWN_ACK, 0, 0);
      return true;
    }
    handshake.answer(init, !state.isBeginning(), packet.tag(), now);
    return true;
  }

  private void initAck(byte[] bytes, int at, int length, long now) {
    Init answer = state == State.COOKIE_WAIT ? Init.read(bytes, at, length) : null;
    if (answer == null) {
      tally.dropped++; // §5.2.3: "discard the INIT ACK chunk"
    } else if (handshake.echo(answer, now)) {
      state = State.COOKIE_ECHOED;
      timeout.progressed();
    } else {
      packet.tag(answer.peer().tag());
      throw Violation.of(Chunk.MISSING_PARAMETER, "an INIT-ACK without a cookie");
    }
  }

  private boolean cookieEcho(int tag, byte[] bytes, int at, int length, long now) {
    StateCookie cookie = handshake.cookie(bytes, at, length);
    if (cookie == null || cookie.localTag() != tag) {
      return false;
    }
    return switch (handshake.judge(cookie, state, packet.tag(), now)) {
      case DISCARD -> false;
      case STALE -> {
        packet.flush();
        ErrorCause.staleCookie(packet);
        packet.flushWith(cookie.peer().tag());
        yield false;
      }
      case AGAIN -> {
        packet.chunk(Chunk.COOKIE_ACK, 0, 0);
        yield true;
      }
      case ESTABLISH -> establish(cookie, false, now);
      case RESTART -> state == State.SHUTDOWN_ACK_SENT ? refuse() : establish(cookie, true, now);
    };
  }

  private boolean establish(StateCookie cookie, boolean anew, long now) {
    handshake.adopt(cookie);
    packet.tag(cookie.peer().tag());
    packet.chunk(Chunk.COOKIE_ACK, 0, 0);
    establish(cookie.peer(), anew, now);
    return state != State.OVER;
  }

  private void cookieAck(long now) {
    Peer peer = handshake.answering();
    if (state == State.COOKIE_ECHOED && peer != null) {
      establish(peer, false, now);
    }
  }

  private void establish(Peer peer, boolean anew, long now) {
    state = State.ESTABLISHED;
    handshake.stop();
    t2 = Timers.NEVER;
    t5 = Timers.NEVER;
    interleaving = settings.interleaving() && peer.interleaves();
    outgoingStreams = Math.min(peer.incoming(), Init.STREAMS);
    if (anew) {
      queue.clear();
      resets.stop();
    }
    sender.begin(handshake.localTsn(), peer, interleaving, now);
    receiver.begin(peer, interleaving);
    resets.begin(handshake.localTsn(), peer);
    heartbeat.begin(now);
    timeout.progressed();
    output.established(anew);
  }

  /// §5.2.4, action A: in SHUTDOWN-ACK-SENT "it MUST NOT set up a new association but instead
  /// resend the SHUTDOWN ACK chunk and send an ERROR chunk".
  private boolean refuse() {
    packet.chunk(Chunk.SHUTDOWN_ACK, 0, 0);
    ErrorCause.cookieWhileShuttingDown(packet);
    return false;
  }

  private void error(byte[] bytes, int at, int length, long now) {
    boolean stale = length >= 4 && Chunk.u16(bytes, at) == Chunk.STALE_COOKIE;
    if (stale && state == State.COOKIE_ECHOED) {
      state = State.COOKIE_WAIT; // §5.2.6: "Send a new INIT chunk"
      packet.tag(0);
      timeout.expired();
      handshake.init(now);
    }
  }

  // ---- ending ---------------------------------------------------------------------------------

  private void aborted(byte[] bytes, int at, int length) {
    String detail = length >= 4 ? "error cause " + Chunk.u16(bytes, at) : "no error cause";
    end(SctpClosed.ABORTED_BY_PEER, detail);
  }

  /** RFC 9260 §9.2. */
  private void shutdown(byte[] bytes, int at, int length, long now) {
    if (length < 4 || state.isBeginning() || !once(SHUTDOWN_SEEN)) {
      return;
    }
    sender.acknowledge(Chunk.i32(bytes, at), now);
    switch (state) {
      case ESTABLISHED, SHUTDOWN_PENDING -> state = State.SHUTDOWN_RECEIVED;
      case SHUTDOWN_SENT -> {
        state = State.SHUTDOWN_ACK_SENT;
        sayGoodbye(now);
      }
      case CLOSED, COOKIE_WAIT, COOKIE_ECHOED, SHUTDOWN_RECEIVED, SHUTDOWN_ACK_SENT, OVER -> {}
    }
  }

  private boolean shutdownAck(int tag) {
    if ((state == State.SHUTDOWN_SENT || state == State.SHUTDOWN_ACK_SENT)
        && tag == handshake.localTag()) {
      packet.chunk(Chunk.SHUTDOWN_COMPLETE, 0, 0);
      packet.flush();
      end(SctpClosed.SHUTDOWN, "");
      return false;
    }
    if (state.isBeginning() || state == State.OVER) {
      // §8.5.1, E: a far end that did not hear our SHUTDOWN-COMPLETE is told again, by its own tag.
      packet.flush();
      packet.chunk(Chunk.SHUTDOWN_COMPLETE, Chunk.REFLECTED, 0);
      packet.flushWith(tag);
    }
    return false;
  }

  private void shutdownComplete() {
    if (state == State.SHUTDOWN_ACK_SENT) {
      end(SctpClosed.SHUTDOWN, "");
    }
  }

  /** SHUTDOWN or SHUTDOWN-ACK, and T2. */
  private void sayGoodbye(long now) {
    if (state == State.SHUTDOWN_SENT) {
      int at = packet.chunk(Chunk.SHUTDOWN, 0, 4);
      Chunk.put32(packet.bytes(), at, (int) receiver.cumulative());
    } else if (state == State.SHUTDOWN_ACK_SENT) {
      packet.chunk(Chunk.SHUTDOWN_ACK, 0, 0);
    }
    t2 = now + timeout.timeout();
    if (t5 == Timers.NEVER) {
      t5 = now + 5 * settings.rtoMax().toNanos();
    }
  }

  /** Everything of ours has arrived: on to the next state of the shutdown. */
  private void shutDownWhenDone(long now) {
    boolean done =
        (state == State.SHUTDOWN_PENDING || state == State.SHUTDOWN_RECEIVED) && sender.isDone();
    if (done) {
      state = state == State.SHUTDOWN_PENDING ? State.SHUTDOWN_SENT : State.SHUTDOWN_ACK_SENT;
      sayGoodbye(now);
    } else if (state == State.SHUTDOWN_SENT && (seen & DATA_SEEN) != 0) {
      // §9.2: "each time it receives a packet containing one or more DATA chunks", it answers with
      // SHUTDOWN and SACK.
      seen = 0;
      receiver.tell();
      sayGoodbye(now);
    }
  }

  /** ABORT with this error cause, RFC 9260 §3.3.7, and the end. */
  private void breakOff(SctpClosed reason, int cause, @Nullable String detail) {
    String words = detail == null ? "" : detail;
    if (packet.tag() != 0) {
      packet.flush();
      ErrorCause.abort(packet, cause, words);
      packet.flush();
    }
    end(reason, words);
  }

  private void end(SctpClosed reason, String detail) {
    state = State.OVER;
    upward.end();
    handshake.stop();
    sender.stop();
    receiver.stop();
    resets.stop();
    heartbeat.stop();
    queue.clear();
    t2 = Timers.NEVER;
    t5 = Timers.NEVER;
    output.closed(reason, detail);
  }

  // ---- sending --------------------------------------------------------------------------------

  /** After anything happened: sends what may be sent, and tells who waits for room. */
  private void settle(long now) {
    if (busy) {
      return;
    }
    busy = true;
    try {
      do {
        shutDownWhenDone(now);
        transmit(now);
      } while (tellLow());
    } finally {
      busy = false;
    }
  }

  private void transmit(long now) {
    for (int packets = 0; packets < MAX_BURST; packets++) {
      boolean data = state.sends() && sender.isReady(now);
      if (receiver.mustTell(now) || (data && receiver.mayTell())) {
        receiver.writeSack(packet);
      }
      if (!data) {
        break;
      }
      sender.fill(packet, now);
      packet.flush();
    }
    if (state.sends()) {
      resets.ask(packet, sender.nextTsn(), now);
    }
    if (!packet.isEmpty() && receiver.mayTell()) {
      receiver.writeSack(packet);
    }
    packet.flush();
  }

  private boolean tellLow() {
    boolean any = false;
    for (OutgoingStream low = queue.nextLow(); low != null; low = queue.nextLow()) {
      any = true;
      output.bufferedAmountLow(low.id);
    }
    return any;
  }

  // Chunks that are read once in a packet.
  private static final int SACK_SEEN = 1;
  private static final int HEARTBEAT_SEEN = 2;
  private static final int RESET_SEEN = 4;
  private static final int FORWARD_SEEN = 8;
  private static final int SHUTDOWN_SEEN = 16;
  private static final int ERROR_SENT = 32;
  private static final int DATA_SEEN = 64;

  /// Packets at one occasion. RFC 9260 §6.1, D, has Max.Burst 4, "to control the amount of data
  /// sent at once"; the next acknowledgement is the next occasion.
  private static final int MAX_BURST = 10;
}
