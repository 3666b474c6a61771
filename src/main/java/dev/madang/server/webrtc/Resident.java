package dev.madang.server.webrtc;

import dev.madang.media.Codec;
import dev.madang.media.InOrder;
import dev.madang.net.Timer;
import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.room.Envelope;
import dev.madang.room.SignalMessage;
import dev.madang.room.bandwidth.Limits;
import dev.madang.room.forward.Coding;
import dev.madang.room.forward.Downlink;
import dev.madang.room.forward.Kind;
import dev.madang.room.forward.Loudness;
import dev.madang.room.forward.Relay;
import dev.madang.room.forward.Settings;
import dev.madang.room.forward.Subscription;
import dev.madang.room.forward.Track;
import dev.madang.room.forward.Uplink;
import dev.madang.wire.BigEndian;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A far end that is not far: a participant whose media begin and end in this process. It has an
/// [Uplink] and a [Downlink] as any other, on one station for life, but no transport between itself
/// and them: RTP goes in and out where it lies.
///
/// What it sends and receives is agreed at home, and flows on the station's loop. What is said to
/// be of neither may be called from any thread.
public final class Resident {
  /// What it is told.
  public interface Output {
    /// At home: all that the others in the room send now.
    void offered(List<Offered> all);

    /// At home: a message of another participant.
    void letter(String from, boolean text, byte[] content);

    /// On the loop: the next packet of a source that it receives, in order. A view that is good
    /// until this returns.
    void packet(Source source, RtpPacket packet);

    /// On the loop: somebody cannot go on without a keyframe of what it sends.
    void keyframeWanted(Source source);

    /// On the loop: whether anybody receives what it sends, after it changed; nobody, at first.
    /// That nobody does any more is told after a while.
    void wanted(Source source, boolean anybody);
  }

  /// What somebody sends.
  ///
  /// @param from the identity of the participant
  /// @param id and `kind`: what its sender calls it
  public record Offered(String from, String id, SignalMessage.Source kind, Source source) {}

  /// What it sends, as its sender holds it.
  public static final class Sent {
    private final String id;
    private final SignalMessage.Source kind;
    private final Source source;
    private final int ssrc;
    private @Nullable Track track;
    private long nextReport;
    private int packets;
    private int bytes;

    private Sent(String id, SignalMessage.Source kind, Source source, int ssrc) {
      this.id = id;
      this.kind = kind;
      this.source = source;
      this.ssrc = ssrc;
    }

    public Source source() {
      return source;
    }

    /// Under which it sends.
    public int ssrc() {
      return ssrc;
    }

    public int payloadType() {
      return PAYLOAD_TYPE;
    }
  }

  /// What it receives.
  private final class Receipt {
    final Source source;
    final int ssrc;
    final InOrder order;
    @Nullable Subscription subscription;

    Receipt(Source source, int ssrc) {
      this.source = source;
      this.ssrc = ssrc;
      order =
          new InOrder(
              packet -> output.packet(source, packet),
              source.kind() == Kind.VIDEO ? VIDEO_PATIENCE : AUDIO_PATIENCE);
    }
  }

  private final MediaDoor door;
  private final Executor home;
  private final Output output;
  private final Station station;

  // At home.
  private final Map<Source, Sent> sending = new LinkedHashMap<>();
  private @Nullable Member member;

  // On the loop.
  private final Map<Source, Sent> sent = new LinkedHashMap<>();
  private final Map<Source, Receipt> receipts = new LinkedHashMap<>();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final byte[] report = new byte[256];
  private @Nullable Uplink uplink;
  private @Nullable Downlink downlink;
  private @Nullable Timer timer;
  private int lastSsrc;
  private boolean closed;

  /// @param home where `output` is told what is agreed
  public Resident(MediaDoor door, Executor home, Output output) {
    this.door = door;
    this.home = home;
    this.output = output;
    station = door.transports().any();
    station.tell(this::begin);
  }

  private void begin() {
    Settings settings =
        new Settings(
            MOST_STREAMS, door.id().getBytes(StandardCharsets.UTF_8), new Limits(WIDE, WIDE, WIDE));
    ExtensionMap extensions =
        ExtensionMap.NONE
            .with(HeaderExtension.AUDIO_LEVEL, AUDIO_LEVEL)
            .with(HeaderExtension.VIDEO_ORIENTATION, ORIENTATION);
    uplink = new Uplink(settings, extensions, 1, new Reports(), station.now());
    downlink = new Downlink(settings, extensions, new Arrivals(), station.now());
    timer = station.loop().timer(this::tick);
  }

  /// Runs something on the loop.
  public void tell(Runnable letter) {
    station.tell(letter);
  }

  // ---- sending, at home -------------------------------------------------------------------------

  /// The member of the hall that it is.
  void member(Member member) {
    this.member = member;
  }

  /// Sends something more from now on.
  ///
  /// @param id what others read, unique with `kind`
  public Sent send(String id, SignalMessage.Source kind, Codec codec) {
    Source source =
        new Source(
            door.id(),
            codec.isAudio() ? Kind.AUDIO : Kind.VIDEO,
            "resident",
            List.of(new Coding(PAYLOAD_TYPE, codec, -1)),
            List.of());
    Sent made = new Sent(id, kind, source, door.ssrc());
    sending.put(source, made);
    station.tell(() -> begin(made));
    changed();
    return made;
  }

  public void stop(Sent over) {
    if (sending.remove(over.source) != null) {
      station.tell(() -> end(over));
      changed();
    }
  }

  private void changed() {
    if (member != null) {
      member.sendsOtherwise();
    }
  }

  List<Contribution> contributions(Member by) {
    List<Contribution> all = new ArrayList<>();
    sending
        .values()
        .forEach(each -> all.add(new Contribution(by, each.id, each.kind, each.source)));
    return all;
  }

  void mute(Source source, boolean muted) {
    station.tell(() -> {
      Sent known = sent.get(source);
      if (known != null && known.track != null) {
        known.track.mute(muted, station.now());
      }
    });
  }

  // ---- sending, on the loop ---------------------------------------------------------------------

  private void begin(Sent made) {
    Uplink link = uplink;
    if (closed || link == null) {
      return;
    }
    Source source = made.source;
    Track track =
        link.publish(source.id(), source.kind(), source.codings(), List.of(), new Told(source));
    track.beginsSilent();
    link.announce(track, made.ssrc, 0, station.now());
    made.track = track;
    sent.put(source, made);
    source.place(new Source.Place(station, track));
    home.execute(() -> {
      if (member != null && sending.containsKey(source)) {
        member.sends(source);
      }
    });
    touch();
  }

  private void end(Sent over) {
    if (sent.remove(over.source) != null && uplink != null && over.track != null) {
      over.source.place(null);
      uplink.withdraw(over.track);
    }
  }

  /// A packet of its own, with the SSRC and the payload type of [Sent].
  ///
  /// @param timestamp which the packet has
  public void rtp(Sent by, byte[] bytes, int offset, int length, int timestamp) {
    Uplink link = uplink;
    if (closed || link == null || by.track == null) {
      return;
    }
    long now = station.now();
    link.receiveRtp(bytes, offset, length, now);
    by.packets++;
    by.bytes += length - RtpPacket.FIXED_HEADER;
    if (by.packets == 1 || now - by.nextReport >= 0) {
      by.nextReport = now + REPORT_NANOS;
      rtcp.begin(report, 0, report.length);
      // The loop's clock is that of all it sends; where it begins is nobody's business.
      rtcp.senderReport(by.ssrc, ntp(now), timestamp, by.packets, by.bytes);
      link.receiveRtcp(report, 0, rtcp.length(), now);
    }
    touch();
  }

  private static long ntp(long now) {
    return (now / SECOND << 32) + ((now % SECOND << 32) / SECOND);
  }

  /// What its tracks have to tell.
  private final class Told implements Track.Output {
    private final Source source;

    Told(Source source) {
      this.source = source;
    }

    @Override
    public void wanted(Track track, int layer, long now) {
      output.wanted(source, layer >= 0);
    }

    @Override
    public void heard(Track track, Loudness loudness, long now) {
      boolean speaking = loudness.speaking();
      double activity = loudness.activity();
      double volume = loudness.volume();
      home.execute(() -> {
        if (member != null) {
          member.heard(source, speaking, activity, volume, now);
        }
      });
    }
  }

  /// The reports by which a sender learns what arrived: of those that matter here, that a picture
  /// cannot be decoded.
  private final class Reports implements Uplink.Output, RtcpReader.Output {
    @Override
    public void sendRtcp(byte[] bytes, int offset, int length) {
      RtcpReader.read(bytes, offset, length, this);
    }

    @Override
    public void pictureLoss(int mediaSsrc) {
      for (Sent each : sent.values()) {
        if (each.ssrc == mediaSsrc) {
          output.keyframeWanted(each.source);
        }
      }
    }
  }

  // ---- receiving, at home -----------------------------------------------------------------------

  /// This is what the others send now.
  void offer(List<Contribution> all) {
    output.offered(
        all.stream()
            .map(each -> new Offered(each.from().identity, each.id(), each.kind(), each.source()))
            .toList());
  }

  /// Nobody here fetches files.
  void letter(String from, Envelope envelope) {
    if (envelope.kind() == Envelope.FILE) {
      return;
    }
    byte[] content =
        Arrays.copyOfRange(envelope.bytes(), envelope.offset(), envelope.bytes().length);
    output.letter(from, envelope.kind() == Envelope.TEXT, content);
  }

  void live(Source source) {
    station.tell(() -> receive(source));
  }

  // ---- receiving, from any thread ---------------------------------------------------------------

  /// Receives a source that was [Output#offered], as soon as it can be.
  public void attach(Source source) {
    station.tell(() -> {
      if (!closed && !receipts.containsKey(source)) {
        receipts.put(source, new Receipt(source, ++lastSsrc));
        receive(source);
      }
    });
  }

  public void detach(Source source) {
    station.tell(() -> {
      Receipt receipt = receipts.remove(source);
      if (receipt != null) {
        end(receipt);
      }
    });
  }

  /// Asks who sends it for a keyframe.
  public void needKeyframe(Source source) {
    station.tell(() -> {
      Receipt receipt = receipts.get(source);
      if (receipt != null && downlink != null) {
        rtcp.begin(report, 0, report.length);
        rtcp.pictureLoss(1, receipt.ssrc);
        downlink.receiveRtcp(report, 0, rtcp.length(), station.now());
      }
    });
  }

  // ---- receiving, on the loop -------------------------------------------------------------------

  private void receive(Source source) {
    Receipt receipt = receipts.get(source);
    Downlink link = downlink;
    if (receipt == null || receipt.subscription != null || link == null) {
      return;
    }
    Relay relay = station.relayOf(source);
    if (relay != null) {
      Coding as = new Coding(PAYLOAD_TYPE, source.codings().getFirst().codec(), -1);
      receipt.subscription = link.subscribe(relay, "", receipt.ssrc, 0, as, station.now());
      touch();
    }
  }

  private void end(Receipt receipt) {
    if (receipt.subscription != null && downlink != null) {
      downlink.unsubscribe(receipt.subscription, station.now());
      receipt.subscription = null;
      station.letGo(receipt.source);
    }
  }

  /// What the downlink sends.
  private final class Arrivals implements Downlink.Output {
    @Override
    public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
      int ssrc = BigEndian.i32(bytes, offset + 8);
      for (Receipt receipt : receipts.values()) {
        if (receipt.ssrc == ssrc) {
          receipt.order.receive(bytes, offset, length, station.now());
          if (receipt.order.deadline() != Long.MAX_VALUE) {
            touch();
          }
          return;
        }
      }
    }

    @Override
    public void sendRtcp(byte[] bytes, int offset, int length) {
      // How the senders' clocks go; nobody here plays anything in time.
    }
  }

  // ---- time -------------------------------------------------------------------------------------

  private void tick() {
    long now = station.now();
    if (closed || uplink == null || downlink == null) {
      return;
    }
    uplink.tick(now);
    downlink.tick(now);
    receipts.values().forEach(receipt -> receipt.order.tick(now));
    touch();
  }

  private void touch() {
    if (timer == null || uplink == null || downlink == null) {
      return;
    }
    long next = sooner(uplink.deadline(), downlink.deadline(station.now()));
    for (Receipt receipt : receipts.values()) {
      next = sooner(next, receipt.order.deadline());
    }
    timer.at(next);
  }

  private static long sooner(long a, long b) {
    return b == Long.MAX_VALUE || a != Long.MAX_VALUE && a - b < 0 ? a : b;
  }

  /// It is in no room any more.
  void close() {
    member = null;
    List<Sent> all = List.copyOf(sending.values());
    sending.clear();
    station.tell(() -> {
      closed = true;
      all.forEach(this::end);
      receipts.values().forEach(this::end);
      receipts.clear();
      Objects.requireNonNull(timer).cancel();
    });
  }

  /// Of all that a resident sends and receives: there are few, each under an SSRC of its own.
  private static final int PAYLOAD_TYPE = 96;

  // Header extensions that its packets have, both ways, RFC 6464 and 3GPP TS 26.114 §7.4.5.
  private static final int AUDIO_LEVEL = 1;
  private static final int ORIENTATION = 2;

  private static final int MOST_STREAMS = 64;

  /// Bits a second: there is no line between it and the room.
  private static final long WIDE = 10_000_000_000L;

  private static final long SECOND = 1_000_000_000L;
  private static final long REPORT_NANOS = SECOND;

  // How long a packet is waited for that is perhaps sent again; of sound nothing is.
  private static final long VIDEO_PATIENCE = 200_000_000L;
  private static final long AUDIO_PATIENCE = 40_000_000L;
}
