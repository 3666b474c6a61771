package dev.madang.compare;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import dev.madang.server.compare.Probe;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Clients;
import dev.madang.server.webrtc.Ending;
import dev.madang.wire.BigEndian;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// An RTP stream as Opus makes it, sent by WHIP and received back by WHEP: what a voice in a room
/// goes through.
final class MediaLane implements Lane {
  private final Listener listener;
  private final End sender = new End(false);
  private final End receiver = new End(true);
  private final ClientSession up;
  private final ClientSession down;
  private int sequence;

  MediaLane(
      HttpClient http, URI whip, URI whep, Clients clients, InetAddress from, Listener listener)
      throws IOException, InterruptedException {
    this.listener = listener;
    up = clients.open(from, false, sender);
    down = clients.open(from, false, receiver);
    up.accept(Lanes.offer(http, whip, up.offerToSend(TRACKS, false)));
    wait(sender);
    down.accept(Lanes.offer(http, whep, down.offerToReceive(List.of(Kind.AUDIO))));
    wait(receiver);
  }

  private static void wait(End end) throws IOException, InterruptedException {
    if (!end.connected.await(Lanes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IOException("the media connection did not stand");
    }
  }

  @Override
  public void send(byte[] message) {
    byte[] packet = new byte[HEADER + message.length];
    int number = sequence++;
    packet[0] = (byte) 0x80;
    packet[1] = (byte) up.sections().getFirst().payloads().getFirst().codec().payloadType();
    BigEndian.put16(packet, 2, number & 0xFFFF);
    BigEndian.put32(packet, 4, number * SAMPLES);
    BigEndian.put32(packet, 8, SSRC);
    System.arraycopy(message, 0, packet, HEADER, message.length);
    up.tell(() -> up.sendRtp(packet, 0, HEADER, packet.length));
  }

  @Override
  public boolean broken() {
    return sender.over || receiver.over;
  }

  @Override
  public void close() {
    up.close();
    down.close();
  }

  /// One of the two connections; on its loop.
  private final class End implements ClientSession.Output {
    final CountDownLatch connected = new CountDownLatch(1);
    private final boolean listens;
    private final RtpPacket packet = new RtpPacket();
    volatile boolean over;

    End(boolean listens) {
      this.listens = listens;
    }

    @Override
    public void connected(long now) {
      connected.countDown();
    }

    /// Nobody answers here: the packet that comes back is the question.
    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      if (listens && packet.read(bytes, offset, length) && packet.payloadLength() >= Probe.HEADER) {
        listener.answer(bytes, packet.payloadOffset(), packet.payloadLength(), System.nanoTime());
      }
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {
      over = true;
    }
  }

  private static final int HEADER = RtpPacket.FIXED_HEADER;
  private static final int SSRC = 0x4D41_4401;
  private static final int SAMPLES = 960;
  private static final List<DownTrack> TRACKS =
      List.of(new DownTrack("voice", Kind.AUDIO, "compare", "compare", SSRC, -1, List.of("opus")));
}
