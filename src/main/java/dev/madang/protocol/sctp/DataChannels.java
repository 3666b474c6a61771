package dev.madang.protocol.sctp;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The data channels of one peer connection (RFC 8831, 8832), and the SCTP association below them.
/// Lives on the thread of its transport; the rules for calls are [SctpAssociation]'s.
@SuppressWarnings("DoNotCallSuggester") // the shape comes first, for those who build on it
public final class DataChannels {

  /** What the channels want of their transport and of those above them. */
  public interface Output {
    /** A packet for the far end, as one DTLS record. */
    void send(byte[] packet, int offset, int length);

    /** A channel the far end opened, or the far end's answer to ours, or a negotiated one works. */
    void opened(DataChannel channel);

    /** A whole message, perhaps an empty one. The bytes are a view, good during the call. */
    void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length);

    /** Everything sent on it has left, or there is room again after a [SendResult#FULL]. */
    void writable(DataChannel channel);

    /** It is over on both sides; called once, and nothing about this channel after it. */
    void closed(DataChannel channel);

    /** The association is over, after [#closed] for every channel; called once. */
    void ended(SctpClosed reason, String detail);
  }

  /// @param maxChannels how many there may be at one time
  /// @param dtlsClient our role in DTLS: it decides whose channels have even numbers
  /// @param random unguessable numbers
  public DataChannels(
      SctpSettings settings,
      int maxChannels,
      boolean dtlsClient,
      LongSupplier random,
      Output output) {}

  /** Begins the association, once DTLS stands. One side or both may. */
  public void connect(long now) {
    throw new UnsupportedOperationException();
  }

  /** The content of one DTLS record. */
  public void receive(byte[] bytes, int offset, int length, long now) {
    throw new UnsupportedOperationException();
  }

  /// Opens a channel; messages may follow at once.
  ///
  /// @return null when there are as many as there may be
  public @Nullable DataChannel open(String label, String protocol, Delivery delivery, long now) {
    throw new UnsupportedOperationException();
  }

  /// A channel whose number both sides agreed on elsewhere.
  ///
  /// @return null when the number is taken, or there are as many as there may be
  public @Nullable DataChannel negotiated(
      int id, String label, String protocol, Delivery delivery, long now) {
    throw new UnsupportedOperationException();
  }

  /** The channel of this number, if there is one. */
  public @Nullable DataChannel channel(int id) {
    throw new UnsupportedOperationException();
  }

  /** Sends a message, perhaps an empty one; the bytes are copied. */
  public SendResult send(
      DataChannel channel, boolean text, byte[] bytes, int offset, int length, long now) {
    throw new UnsupportedOperationException();
  }

  /** Bytes of messages that have not left yet. */
  public int bufferedAmount(DataChannel channel) {
    throw new UnsupportedOperationException();
  }

  /** Closes a channel once what was sent on it has left. */
  public void close(DataChannel channel, long now) {
    throw new UnsupportedOperationException();
  }

  /** Ends everything once what was sent has arrived. */
  public void shutdown(long now) {
    throw new UnsupportedOperationException();
  }

  /** Ends everything at once, and tells the far end. */
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
