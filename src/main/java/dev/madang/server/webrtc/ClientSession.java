package dev.madang.server.webrtc;

import dev.madang.net.Loop;
import dev.madang.net.TcpLoops;
import dev.madang.net.UdpOptions;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sctp.Delivery;
import dev.madang.protocol.sctp.SendResult;
import dev.madang.protocol.sdp.Capabilities;
import dev.madang.protocol.sdp.DownAnswer;
import dev.madang.protocol.sdp.DownOffers;
import dev.madang.protocol.sdp.DownSection;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.protocol.sdp.Kind;
import dev.madang.protocol.sdp.LocalTransport;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.SctpDescription;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.protocol.sdp.UpAnswer;
import dev.madang.protocol.sdp.UpTrack;
import dev.madang.protocol.sdp.WhepOffer;
import dev.madang.wire.ProtocolException;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A far end of our own that offers: what it sends and what it receives, as RTP. Methods without a
/// word on threads may be called from any, one at a time.
public final class ClientSession {
  /// What happens to it; called on its loop.
  public interface Output {
    /// Both sides are proven and have keys: packets may be sent.
    void connected(long now);

    /// An RTP packet, decrypted; the bytes are good during the call.
    void receiveRtp(byte[] bytes, int offset, int length, long now);

    /// A compound RTCP packet, decrypted.
    void receiveRtcp(byte[] bytes, int offset, int length, long now);

    /// Once, and nothing after it.
    void ended(Ending why, String detail);
  }

  private final SecureRandom random;
  private final Client client;
  private LocalTransport local;
  private @Nullable DownOffers sending;
  private @Nullable WhepOffer receiving;
  private @Nullable RemoteTransport remote;
  private List<DownSection> sections = List.of();
  private List<UpTrack> tracks = List.of();
  private @Nullable Messages messages;
  private long version;

  ClientSession(
      Transports transports,
      Loop loop,
      SecureRandom random,
      @Nullable TcpLoops tcp,
      Output output) {
    this.random = random;
    local =
        new LocalTransport(
            random.nextLong() >>> 2 | 1,
            IceCredentials.random(random),
            transports.dtls().identity().fingerprint(),
            List.of(),
            false);
    client = new Client(transports, loop, local.ice(), random, tcp, new Dispatch(output));
  }

  /// On its loop.
  ClientSession open(InetAddress from, UdpOptions options) throws IOException {
    client.open(from, options);
    local = local(local.session(), local.ice());
    return this;
  }

  /// Of what it offers, its candidates are a part: a server that sends checks itself waits for
  /// them.
  private LocalTransport local(long session, IceCredentials ice) {
    return new LocalTransport(session, ice, local.fingerprint(), client.candidates(), false);
  }

  // ---- offers and answers -----------------------------------------------------------------------

  /// The SDP of an offer to send.
  ///
  /// @param data whether it offers data channels too
  public String offerToSend(List<DownTrack> tracks, boolean data) {
    DownOffers offers = sending == null ? new DownOffers(CAPABILITIES, data) : sending;
    sending = offers;
    return offers.next(local, tracks).write();
  }

  /// The SDP of an offer to receive (WHEP).
  public String offerToReceive(List<Kind> kinds) {
    receiving = WhepOffer.of(local, CAPABILITIES, kinds);
    return receiving.offer().write();
  }

  /// What the server answered: the connection is made from now on.
  ///
  /// @throws ProtocolException when it is no answer
  public void accept(String text) {
    SessionDescription answer = SessionDescription.read(text);
    if (sending != null) {
      DownAnswer agreed = sending.accept(answer);
      sections = agreed.sections();
      if (agreed.remote() == null) {
        throw new ProtocolException("the server refuses everything");
      }
      meet(agreed.remote());
      SctpDescription data = agreed.data();
      Messages above = messages;
      if (data != null && above != null) {
        tell(() -> client.transport().carry(data, above));
      }
    } else if (receiving != null) {
      WhepOffer.Agreed agreed = receiving.accept(answer);
      tracks = agreed.tracks();
      meet(agreed.remote());
    } else {
      throw new IllegalStateException("nothing was offered");
    }
  }

  /// Who hears of the data channels that were offered; before [#accept].
  public void hears(Messages messages) {
    this.messages = messages;
  }

  /// On its loop: the data channels, null when there are none.
  @Nullable DataChannels channels() {
    return client.transport().channels();
  }

  /// The SDP that answers an offer of the server to send.
  ///
  /// @throws ProtocolException when it is no offer
  public String answer(String offer) {
    client.answers();
    UpAnswer agreed =
        UpAnswer.to(
            SessionDescription.read(offer),
            local,
            CAPABILITIES,
            ++version,
            remote == null ? null : remote.ours());
    tracks = agreed.tracks();
    meet(agreed.remote());
    return agreed.answer().write();
  }

  private void meet(RemoteTransport described) {
    if (remote == null) {
      client.transport().setRemote(described);
    }
    remote = described;
  }

  /// How what it sends was agreed.
  public List<DownSection> sections() {
    return sections;
  }

  /// What it receives, as it was agreed.
  public List<UpTrack> tracks() {
    return tracks;
  }

  // ---- ICE restart ------------------------------------------------------------------------------

  /// New credentials, for a PATCH of the session (RFC 9725 §4.3.3).
  public String restart() {
    local = local(local.session(), IceCredentials.random(random));
    return "a=mid:0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
        .formatted(local.ice().ufrag(), local.ice().password());
  }

  /// What the server answered to it.
  public void restarted(String fragment) {
    IceFragment read = IceFragment.read(fragment);
    RemoteTransport known = remote;
    IceCredentials theirs = read.ice();
    if (known == null || theirs == null) {
      throw new ProtocolException("no answer to a restart");
    }
    remote =
        new RemoteTransport(
            theirs,
            known.fingerprints(),
            known.ours(),
            known.lite(),
            known.trickle(),
            read.candidates());
    client.transport().restart(local.ice(), remote);
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Runs `task` on its loop, once the server has been told where to find it.
  public void tell(Runnable task) {
    client.transport().tell(task);
  }

  /// On its loop: protects and sends an RTP packet.
  public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
    client.transport().sendRtp(bytes, offset, headerLength, length);
  }

  /// On its loop: protects and sends a compound RTCP packet.
  public void sendRtcp(byte[] bytes, int offset, int length) {
    client.transport().sendRtcp(bytes, offset, length);
  }

  /// On its loop, when the answer was accepted: opens a data channel; messages may follow at once.
  ///
  /// @return null when there are none
  public @Nullable DataChannel open(String label, Delivery delivery) {
    DataChannels channels = channels();
    return channels == null ? null : channels.open(label, "", delivery, client.transport().now());
  }

  /// On its loop: sends a binary message.
  public SendResult send(DataChannel channel, byte[] message) {
    DataChannels channels = channels();
    return channels == null
        ? SendResult.CLOSED
        : channels.send(channel, false, message, 0, message.length, client.transport().now());
  }

  public void close() {
    client.transport().close(Ending.CLOSED);
  }

  /// From the transport to who made this.
  private static final class Dispatch implements Cargo {
    private final Output output;

    Dispatch(Output output) {
      this.output = output;
    }

    @Override
    public void begin(Transport transport, long now) {}

    @Override
    public void connected(long now) {
      output.connected(now);
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      output.receiveRtp(bytes, offset, length, now);
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
      output.receiveRtcp(bytes, offset, length, now);
    }

    @Override
    public void tick(long now) {}

    @Override
    public long deadline() {
      return Long.MAX_VALUE;
    }

    @Override
    public void ended(Ending why, String detail, long now) {
      output.ended(why, detail);
    }
  }

  private static final Capabilities CAPABILITIES =
      Capabilities.usual(Extensions.OF_AUDIO, Extensions.OF_VIDEO);
}
