package dev.madang.load;

import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.sdp.Kind;
import dev.madang.protocol.sdp.Payload;
import dev.madang.protocol.sdp.UpTrack;
import dev.madang.room.bandwidth.ArrivalLog;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Ending;
import dev.madang.wire.BigEndian;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Receives what a server forwards, as a browser does but for looking at it: every packet is
/// decrypted, its number and time are looked at, and the reports go back by which a server learns
/// of the path (RR, transport-wide feedback, NACK, PLI). Lives on its session's loop, but for what
/// says otherwise.
final class Receiver implements ClientSession.Output {
  private final Window window;
  private final double loss;
  private final SplittableRandom random;
  private final CountDownLatch connected = new CountDownLatch(1);
  private final RtpPacket packet = new RtpPacket();
  private final ArrivalLog arrivals = new ArrivalLog();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final byte[] report = new byte[1200];
  private final Reading reading = new Reading();

  /// By payload type; of retransmissions too.
  private final @Nullable Inflow[] flows = new @Nullable Inflow[128];

  private final boolean[] repeats = new boolean[128];
  private final int own;
  private @Nullable Inflow sound;
  private @Nullable Inflow picture;
  private @Nullable ClientSession session;
  private int transportId;
  private long reportDue;
  private long now;
  private volatile @Nullable String ended;
  final Tally tally = new Tally();

  Receiver(Window window, double loss, SplittableRandom random) {
    this.window = window;
    this.loss = loss;
    this.random = random;
    own = random.nextInt();
  }

  /// Before it connects.
  void of(ClientSession session) {
    this.session = session;
  }

  /// From any thread: waits until packets may come; false when that takes too long.
  boolean awaitConnected(long seconds) throws InterruptedException {
    return connected.await(seconds, TimeUnit.SECONDS) && ended == null;
  }

  /// From any thread: why it is over; null while it is not.
  @Nullable String ended() {
    return ended;
  }

  @Override
  public void connected(long now) {
    ClientSession session = this.session;
    if (session != null) {
      session.tracks().forEach(this::expect);
    }
    connected.countDown();
  }

  private void expect(UpTrack track) {
    boolean video = track.kind() == Kind.VIDEO;
    Payload first = track.payloads().getFirst();
    boolean asks = first.codec().feedback().contains("nack");
    Inflow flow = new Inflow(this, first.codec().clockRate(), video, asks);
    for (Payload payload : track.payloads()) {
      flows[payload.codec().payloadType()] = flow;
      if (payload.rtx() >= 0) {
        flows[payload.rtx()] = flow;
        repeats[payload.rtx()] = true;
      }
    }
    transportId =
        Math.max(
            transportId, Stream.ids(track.extensions()).id(HeaderExtension.TRANSPORT_SEQUENCE));
    if (video) {
      picture = flow;
    } else {
      sound = flow;
    }
  }

  // ---- what arrives -----------------------------------------------------------------------------

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {
    if (loss > 0 && random.nextDouble() < loss) {
      tally.thrownAway++;
    } else if (packet.read(bytes, offset, length)) {
      int sequence = packet.extensionShort(transportId);
      if (sequence >= 0) {
        arrivals.arrived(sequence, length, now);
      }
      Inflow flow = flows[packet.payloadType()];
      if (flow == null) {
        tally.strange++;
      } else {
        receive(flow, now);
      }
    } else {
      tally.strange++;
    }
    tick(now);
  }

  private void receive(Inflow flow, long now) {
    int payload = packet.payloadOffset();
    int length = packet.payloadLength();
    boolean again = repeats[packet.payloadType()];
    // RFC 4588 §4: a retransmission begins with the number of what it repeats.
    boolean fresh =
        again
            ? length >= 2 && flow.repeated(BigEndian.u16(packet.bytes(), payload), now)
            : flow.receive(packet.ssrc(), packet.sequence(), packet.timestamp(), now);
    long sentAt = Stamp.read(packet.bytes(), payload, length);
    if (!fresh) {
      tally.again++;
    } else if (sentAt == Stamp.NONE) {
      tally.unstamped++;
    } else if (window.has(sentAt)) {
      tally.delivered++;
      tally.bytes += packet.length();
      if (again) {
        tally.repaired++;
      } else {
        tally.delays.add(now - sentAt);
      }
    }
  }

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    this.now = now;
    RtcpReader.read(bytes, offset, length, reading);
  }

  private final class Reading implements RtcpReader.Output {
    @Override
    public void senderReport(int ssrc, long ntp, int rtpTime, int packets, int octets) {
      if (sound != null) {
        sound.heard(ssrc, ntp, now);
      }
      if (picture != null) {
        picture.heard(ssrc, ntp, now);
      }
    }
  }

  // ---- what it reports --------------------------------------------------------------------------

  /// Packets come so often that what is due waits for the next of them.
  private void tick(long now) {
    if (picture != null) {
      picture.tick(now);
    }
    if (sound != null) {
      sound.tick(now);
    }
    if (arrivals.deadline() - now <= 0) {
      tellArrivals(now);
    }
    if (reportDue - now <= 0) {
      reportDue = now + REPORT_NANOS;
      report(now);
    }
  }

  private void report(long now) {
    rtcp.begin(report, 0, report.length);
    rtcp.receiverReport(own);
    if (sound != null) {
      sound.report(rtcp, now);
    }
    if (picture != null) {
      picture.report(rtcp, now);
    }
    rtcp.canonicalName(own, NAME);
    send();
  }

  private void tellArrivals(long now) {
    while (arrivals.next(now)) {
      rtcp.begin(report, 0, report.length);
      arrivals.told(
          rtcp.transportFeedback(
              own,
              picture != null ? picture.ssrc() : 0,
              arrivals.feedbackCount(),
              arrivals.base(),
              arrivals.times(),
              0,
              arrivals.count()));
      send();
    }
  }

  void nack(int ssrc, int[] sequences, int count) {
    tally.asked += count;
    rtcp.begin(report, 0, report.length);
    rtcp.nack(own, ssrc, sequences, 0, count);
    send();
  }

  void pictureLoss(int ssrc) {
    rtcp.begin(report, 0, report.length);
    rtcp.pictureLoss(own, ssrc);
    send();
  }

  private void send() {
    if (session != null && rtcp.length() > 0) {
      session.sendRtcp(report, 0, rtcp.length());
    }
  }

  /// Numbers in its streams that never came, since it connected.
  long gaps() {
    return (sound == null ? 0 : sound.gaps()) + (picture == null ? 0 : picture.gaps());
  }

  @Override
  public void ended(Ending why, String detail) {
    ended = (why.sentence() + " " + detail).strip();
    connected.countDown();
  }

  private static final byte[] NAME = {'l', 'o', 'a', 'd'};
  private static final long REPORT_NANOS = 1_000_000_000L;
}
