package dev.madang.protocol.sctp;

import java.util.function.LongSupplier;

/// One end of an SCTP association inside a DTLS connection (RFC 8261): RFC 9260 with partial
/// reliability (RFC 3758), stream reset (RFC 6525) and interleaving (RFC 8260) where the far end
/// has them. Lives on the thread of its transport.
///
/// In by the methods below, out by [Output], always before the method returns. From within an
/// [Output] method every method may be called but [#receive] and [#tick]. No method throws for what
/// a far end does: it is dropped, or ends the association.
@SuppressWarnings("DoNotCallSuggester") // the shape comes first, for those who build on it
public final class SctpAssociation {

  /** What the association wants of its transport and of those above it. */
  public interface Output {
    /** A packet for the far end, as one DTLS record. The bytes are the association's own. */
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
     * The far end reset the stream it sends on; the next message on it is the first of a new one.
     */
    void incomingReset(int stream);

    /** The stream we send on, which was to be reset, is; it may be used anew. */
    void outgoingReset(int stream);

    /** It is over; called once, and nothing after it. */
    void closed(SctpClosed reason, String detail);
  }

  /// @param random unguessable numbers: tags, first TSN, the key of cookies
  public SctpAssociation(SctpSettings settings, LongSupplier random, Output output) {}

  /** Begins the handshake. One side or both may. */
  public void connect(long now) {
    throw new UnsupportedOperationException();
  }

  /** One SCTP packet, the content of one DTLS record. */
  public void receive(byte[] bytes, int offset, int length, long now) {
    throw new UnsupportedOperationException();
  }

  /// Sends a message of at least one byte; the bytes are copied. Before the association stands,
  /// messages wait for it.
  public SendResult send(
      int stream, int ppid, byte[] bytes, int offset, int length, Delivery delivery, long now) {
    throw new UnsupportedOperationException();
  }

  /** Bytes of this stream's messages that have not left yet. */
  public int bufferedAmount(int stream) {
    throw new UnsupportedOperationException();
  }

  /** From which [#bufferedAmount] on downwards [Output#bufferedAmountLow] is called; 0 at first. */
  public void bufferedAmountLowThreshold(int stream, int bytes) {
    throw new UnsupportedOperationException();
  }

  /// Resets a stream that we send on, once what waits on it was sent. Until [Output#outgoingReset]
  /// nothing more is taken for it.
  public void reset(int stream, long now) {
    throw new UnsupportedOperationException();
  }

  /** Ends the association once everything sent has arrived; nothing more is taken. */
  public void close(long now) {
    throw new UnsupportedOperationException();
  }

  /** Ends the association at once, and tells the far end. */
  public void abort(String reason, long now) {
    throw new UnsupportedOperationException();
  }

  /** Does what is due. Call when [#deadline()] has come, or any time. */
  public void tick(long now) {
    throw new UnsupportedOperationException();
  }

  /** When [#tick] has something to do; `Long.MAX_VALUE` when nothing is waiting. */
  public long deadline() {
    throw new UnsupportedOperationException();
  }
}
