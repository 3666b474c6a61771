package dev.madang.server.webrtc;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sctp.SctpClosed;
import dev.madang.protocol.sctp.SctpSettings;
import dev.madang.protocol.sdp.SctpDescription;
import org.jspecify.annotations.Nullable;

/// The data channels of a [Transport]: SCTP inside its DTLS session (RFC 8831). There are none
/// before the far end's SDP has them, and none when their association is over: sound and picture go
/// on without it. Lives on the transport's loop.
final class SctpSession {
  private final Transport transport;
  private @Nullable DataChannels channels;

  SctpSession(Transport transport) {
    this.transport = transport;
  }

  /// The far end's SDP has data channels, perhaps once more.
  ///
  /// @param dtlsClient our role in DTLS
  void begin(SctpDescription described, boolean dtlsClient, Messages messages) {
    if (channels == null) {
      SctpSettings settings =
          SctpSettings.defaults()
              .withSendBuffer(MOST_WAITING)
              .towards(described.port(), described.maxMessageSize());
      channels =
          new DataChannels(
              settings,
              MOST_CHANNELS,
              dtlsClient,
              transport.transports().random()::nextLong,
              new Dispatch(messages));
    }
  }

  /// There are keys.
  void connect(long now) {
    if (channels != null) {
      channels.connect(now);
    }
  }

  /// The content of one DTLS record.
  void receive(byte[] bytes, int offset, int length, long now) {
    if (channels != null) {
      channels.receive(bytes, offset, length, now);
    }
  }

  void tick(long now) {
    if (channels != null) {
      channels.tick(now);
    }
  }

  /// When to tick next; `Long.MAX_VALUE` = never.
  long deadline() {
    return channels == null ? Long.MAX_VALUE : channels.deadline();
  }

  /// Null when there are none.
  @Nullable DataChannels channels() {
    return channels;
  }

  /// From the association to the transport below it and to who hears of the channels.
  private final class Dispatch implements DataChannels.Output {
    private final Messages messages;

    Dispatch(Messages messages) {
      this.messages = messages;
    }

    @Override
    public void send(byte[] packet, int offset, int length) {
      transport.sendData(packet, offset, length);
    }

    @Override
    public void opened(DataChannel channel) {
      messages.opened(channel);
    }

    @Override
    public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
      messages.message(channel, text, bytes, offset, length);
    }

    @Override
    public void writable(DataChannel channel) {
      messages.writable(channel);
    }

    @Override
    public void closed(DataChannel channel) {
      messages.closed(channel);
    }

    @Override
    public void ended(SctpClosed reason, String detail) {
      channels = null;
    }
  }

  private static final int MOST_CHANNELS = 64;

  /// Bytes of messages that a far end has yet to acknowledge: what several senders may say at once.
  private static final int MOST_WAITING = 4 << 20;
}
