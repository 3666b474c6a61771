package dev.madang.protocol.sctp;

import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The data channels of one peer connection (RFC 8831, 8832), and the SCTP association below them.
/// Lives on the thread of its transport; the rules for calls are [SctpAssociation]'s.
public final class DataChannels {

  /** What the channels want of their transport and of those above them. */
  public interface Output {
    /// A packet for the far end, as one DTLS record. The bytes are a view, good during the call.
    void send(byte[] packet, int offset, int length);

    /// A channel that the far end opened; or the far end's answer to ours; or a negotiated one, now
    /// that the association stands.
    void opened(DataChannel channel);

    /** A whole message, perhaps an empty one. The bytes are a view, good during the call. */
    void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length);

    /// What waits on it fell to its threshold, or there is room again after a [SendResult#FULL].
    void writable(DataChannel channel);

    /** It is over on both sides; called once, and nothing about this channel after it. */
    void closed(DataChannel channel);

    /** The association is over, after [#closed] for every channel; called once. */
    void ended(SctpClosed reason, String detail);
  }

  private final SctpAssociation association;
  private final Output output;
  private final int maxChannels;
  private final int firstId;
  private @Nullable DataChannel[] channels = new DataChannel[8];
  private int count;
  private long ignored;

  /// @param maxChannels how many there may be at one time
  /// @param dtlsClient our role in DTLS: it decides whose channels have even numbers
  /// @param random unguessable numbers
  public DataChannels(
      SctpSettings settings,
      int maxChannels,
      boolean dtlsClient,
      LongSupplier random,
      Output output) {
    this.output = output;
    this.maxChannels = maxChannels;
    // RFC 8832 §6: "the side that acts as the DTLS client uses even stream identifiers".
    firstId = dtlsClient ? 0 : 1;
    association = new SctpAssociation(settings, random, new Below());
  }

  /** Begins the association, once DTLS stands. One side or both may. */
  public void connect(long now) {
    association.connect(now);
  }

  /** The content of one DTLS record. */
  public void receive(byte[] bytes, int offset, int length, long now) {
    clock = now;
    association.receive(bytes, offset, length, now);
  }

  /** Does what is due. Call when [#deadline()] has come, or any time. */
  public void tick(long now) {
    clock = now;
    association.tick(now);
  }

  /** When [#tick] has something to do; `Long.MAX_VALUE` when nothing is waiting. */
  public long deadline() {
    return association.deadline();
  }

  public boolean isEstablished() {
    return association.isEstablished();
  }

  public SctpAssociation.Counters counters() {
    return association.counters();
  }

  /** Messages that came for no channel, or were of a kind that there is not. */
  public long ignored() {
    return ignored;
  }

  /** Ends everything once what was sent has arrived. */
  public void shutdown(long now) {
    association.close(now);
  }

  /** Ends everything at once, and tells the far end. */
  public void abort(String reason, long now) {
    association.abort(reason, now);
  }

  // ---- channels -------------------------------------------------------------------------------

  /// Opens a channel; messages may follow at once.
  ///
  /// @param label at most 1024 bytes in UTF-8, as the protocol
  /// @return null when there are as many as there may be, or the association is over
  public @Nullable DataChannel open(String label, String protocol, Delivery delivery, long now) {
    requireShort(label);
    requireShort(protocol);
    int id = freeId();
    if (id < 0) {
      return null;
    }
    DataChannel channel = new DataChannel(id, label, protocol, delivery, false);
    if (!announce(id, new DcepMessage.Open(label, protocol, delivery), now)) {
      return null;
    }
    add(channel);
    return channel;
  }

  /// A channel whose number both sides agreed on elsewhere. It is open at once if the association
  /// stands, and [Output#opened] tells when it does otherwise.
  ///
  /// @param id 0-65534
  /// @return null when the number is taken, or there are as many as there may be
  public @Nullable DataChannel negotiated(
      int id, String label, String protocol, Delivery delivery) {
    if (id < 0 || id >= Init.STREAMS) {
      throw new IllegalArgumentException("channel " + id);
    }
    if (channel(id) != null || count == maxChannels) {
      return null;
    }
    DataChannel channel = new DataChannel(id, label, protocol, delivery, true);
    if (association.isEstablished()) {
      channel.state(DataChannel.State.OPEN);
    }
    add(channel);
    return channel;
  }

  /** The channel of this number, if there is one. */
  public @Nullable DataChannel channel(int id) {
    return id < channels.length ? channels[id] : null;
  }

  /** How many there are, closing ones included. */
  public int count() {
    return count;
  }

  /** Sends a message, perhaps an empty one; the bytes are copied. */
  public SendResult send(
      DataChannel channel, boolean text, byte[] bytes, int offset, int length, long now) {
    if (!channel.isWritable()) {
      return SendResult.CLOSED;
    }
    Delivery delivery = channel.currentDelivery();
    if (length == 0) {
      // RFC 8831 §6.6: "SCTP does not support the sending of empty user messages. Therefore, if an
      // empty message has to be sent, the appropriate PPID [...] is used, and the SCTP user message
      // of one zero byte is sent."
      int ppid = text ? STRING_EMPTY : BINARY_EMPTY;
      return association.send(channel.id(), ppid, ONE_ZERO, 0, 1, delivery, now);
    }
    int ppid = text ? STRING : BINARY;
    return association.send(channel.id(), ppid, bytes, offset, length, delivery, now);
  }

  /** Bytes of messages that have not left yet. */
  public int bufferedAmount(DataChannel channel) {
    return association.bufferedAmount(channel.id());
  }

  /** From which [#bufferedAmount] on downwards [Output#writable] is called; 0 at first. */
  public void bufferedAmountLowThreshold(DataChannel channel, int bytes) {
    if (channel.isWritable()) {
      association.bufferedAmountLowThreshold(channel.id(), bytes);
    }
  }

  /// A message of so many bytes that [Output#message] handed on is not read yet: until [#read] the
  /// far end may send that much less, on all channels together.
  public void unread(int bytes) {
    association.unread(bytes);
  }

  /** So many of those bytes were read. */
  public void read(int bytes, long now) {
    association.read(bytes, now);
  }

  /// Closes a channel once what was sent on it has left. RFC 8831 §6.7: "Closing of a data channel
  /// MUST be signaled by resetting the corresponding outgoing streams"; the far end resets its own.
  public void close(DataChannel channel, long now) {
    if (channel.isWritable()) {
      channel.state(DataChannel.State.CLOSING);
      association.reset(channel.id(), now);
    }
  }

  private void add(DataChannel channel) {
    int id = channel.id();
    if (id >= channels.length) {
      channels = Arrays.copyOf(channels, Math.max(id + 1, channels.length * 2));
    }
    channels[id] = channel;
    count++;
  }

  /** The lowest number that is ours to use, or -1. */
  private int freeId() {
    if (count == maxChannels) {
      return -1;
    }
    int id = firstId;
    while (channel(id) != null) {
      id += 2;
    }
    return id < Init.STREAMS ? id : -1;
  }

  private boolean announce(int id, DcepMessage message, long now) {
    ByteWriter writer = new ByteWriter();
    message.write(writer);
    return association.sendAlways(id, DCEP, writer.array(), writer.position(), now)
        == SendResult.TAKEN;
  }

  private static void requireShort(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > DcepMessage.MAX_TEXT) {
      throw new IllegalArgumentException("longer than " + DcepMessage.MAX_TEXT + " bytes");
    }
  }

  // ---- what the far end does --------------------------------------------------------------------

  private void dcep(int id, byte[] bytes, int offset, int length) {
    DcepMessage message;
    try {
      message = DcepMessage.read(new ByteReader(bytes, offset, length));
    } catch (ProtocolException _) {
      ignored++;
      refuse(id);
      return;
    }
    switch (message) {
      case DcepMessage.Open open -> opened(id, open);
      case DcepMessage.Ack() -> {
        DataChannel channel = channel(id);
        if (channel != null && !channel.negotiated()) {
          accepted(channel);
        }
      }
    }
  }

  /// RFC 8832 §6: "If the DATA_CHANNEL_OPEN message doesn't satisfy the conditions above (e.g., if
  /// a DATA_CHANNEL_OPEN message is received on an already used stream or there are any problems
  /// with parameters [...], the odd/even rule is violated or the DATA_CHANNEL_OPEN message itself
  /// is not well formed), the receiver MUST close the corresponding data channel [...] and MUST NOT
  /// send a DATA_CHANNEL_ACK message".
  private void opened(int id, DcepMessage.Open open) {
    boolean ours = (id & 1) == firstId;
    if (ours || channel(id) != null || count == maxChannels) {
      ignored++;
      refuse(id);
      return;
    }
    DataChannel channel =
        new DataChannel(id, open.label(), open.protocol(), open.delivery(), false);
    if (!announce(id, new DcepMessage.Ack(), clock)) {
      return;
    }
    channel.state(DataChannel.State.OPEN);
    add(channel);
    output.opened(channel);
  }

  private void refuse(int id) {
    DataChannel channel = channel(id);
    if (channel != null) {
      close(channel, clock);
    } else {
      association.reset(id, clock);
    }
  }

  private void accepted(DataChannel channel) {
    if (channel.state() == DataChannel.State.OPENING) {
      channel.state(DataChannel.State.OPEN);
      output.opened(channel);
    }
  }

  private void message(int id, int ppid, byte[] bytes, int offset, int length) {
    DataChannel channel = channel(id);
    if (channel == null || !channel.isWritable() || channel.incomingReset) {
      ignored++;
      return;
    }
    accepted(channel); // whoever writes on it has accepted it, though the ACK may come later
    switch (ppid) {
      case STRING -> output.message(channel, true, bytes, offset, length);
      case BINARY -> output.message(channel, false, bytes, offset, length);
      case STRING_EMPTY -> output.message(channel, true, bytes, offset, 0);
      case BINARY_EMPTY -> output.message(channel, false, bytes, offset, 0);
      default -> ignored++;
    }
  }

  private void resetIfBoth(DataChannel channel) {
    if (channel.incomingReset && channel.outgoingReset) {
      remove(channel);
    }
  }

  private void remove(DataChannel channel) {
    channels[channel.id()] = null;
    count--;
    channel.state(DataChannel.State.CLOSED);
    output.closed(channel);
  }

  private void removeAll() {
    List<DataChannel> all = new ArrayList<>();
    for (DataChannel channel : channels) {
      if (channel != null) {
        all.add(channel);
      }
    }
    all.forEach(this::remove);
  }

  /** When the far end was heard last: for what is answered at once. */
  private long clock;

  /** What the association tells. */
  private final class Below implements SctpAssociation.Output {
    @Override
    public void send(byte[] packet, int offset, int length) {
      output.send(packet, offset, length);
    }

    @Override
    public void established(boolean anew) {
      if (anew) {
        removeAll(); // the far end knows of none of them
        return;
      }
      for (DataChannel channel : channels) {
        if (channel != null && channel.negotiated()) {
          accepted(channel);
        }
      }
    }

    @Override
    public void message(int stream, int ppid, byte[] bytes, int offset, int length) {
      if (ppid == DCEP) {
        dcep(stream, bytes, offset, length);
      } else {
        DataChannels.this.message(stream, ppid, bytes, offset, length);
      }
    }

    @Override
    public void bufferedAmountLow(int stream) {
      DataChannel channel = channel(stream);
      if (channel != null && channel.isWritable()) {
        output.writable(channel);
      }
    }

    @Override
    public void incomingReset(int stream) {
      DataChannel channel = channel(stream);
      if (channel != null) {
        channel.incomingReset = true;
        close(channel, clock);
        resetIfBoth(channel);
      }
    }

    @Override
    public void outgoingReset(int stream) {
      DataChannel channel = channel(stream);
      if (channel != null) {
        channel.outgoingReset = true;
        resetIfBoth(channel);
      }
    }

    @Override
    public void closed(SctpClosed reason, String detail) {
      removeAll();
      output.ended(reason, detail);
    }
  }

  // RFC 8831 §8.
  private static final int DCEP = 50;
  private static final int STRING = 51;
  private static final int BINARY = 53;
  private static final int STRING_EMPTY = 56;
  private static final int BINARY_EMPTY = 57;

  private static final byte[] ONE_ZERO = {0};
}
