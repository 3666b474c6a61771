package dev.madang.room.forward;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.NackGenerator;
import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.rig.Link;
import dev.madang.rig.Node;
import dev.madang.rig.Seed;
import dev.madang.rig.SimulatedNetwork;
import dev.madang.room.bandwidth.ArrivalLog;
import dev.madang.wire.Address;
import dev.madang.wire.BigEndian;
import dev.madang.wire.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Cameras of three sizes, each with an [Uplink], and one receiver of them all behind a path that
/// does what a test says: everything that forwarding is made of, between two simulated networks'
/// ends. The receiver asks again for what is missing, decodes what can be decoded, and reports as a
/// browser does.
final class SimulatedMeeting implements Node, Downlink.Output {
  static final Address SERVER = Address.parse("10.0.0.1", 1);
  static final Address RECEIVER = Address.parse("10.0.0.2", 2);
  private static final Coding VP8 = new Coding(Publisher.VP8, Codec.VP8, Publisher.RTX);
  private static final Duration FRAME = Duration.ofNanos(33_333_333);

  final SimulatedNetwork network;
  final Downlink downlink;
  final List<Camera> cameras = new ArrayList<>();
  Duration longestQueue = Duration.ZERO;
  private final Settings settings = Settings.defaults("meeting");
  private final ArrivalLog arrivals = new ArrivalLog();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final byte[] report = new byte[1500];

  SimulatedMeeting(Seed seed) {
    network = new SimulatedNetwork(seed);
    downlink = new Downlink(settings, Publisher.EXTENSIONS, this, network.now());
    network.bind(RECEIVER, (_, bytes, now) -> receive(bytes, now));
    network.bind(SERVER, (_, bytes, now) -> downlink.receiveRtcp(bytes, 0, bytes.length, now));
    network.join(this);
    every(Duration.ofMillis(10), this::feedback);
  }

  SimulatedMeeting path(Link link) {
    network.link(SERVER, RECEIVER, link);
    return this;
  }

  Camera camera() {
    Camera camera = new Camera(cameras.size());
    cameras.add(camera);
    return camera;
  }

  void drive(Duration time) {
    network.drive(time);
  }

  private void every(Duration interval, Runnable action) {
    network.after(
        interval,
        () -> {
          action.run();
          every(interval, action);
        });
  }

  // ---- somebody who sends, and how his picture arrives ------------------------------------------

  /// About 150, 450 and 1650 kb/s.
  final class Camera implements NackGenerator.Output {
    private static final int[] PACKETS = {1, 3, 11};
    final Publisher publisher = new Publisher();
    final Uplink uplink;
    final Subscription subscription;
    private long paced = network.now();

    final NackGenerator losses = new NackGenerator(this);
    private final Sequence.Unwrapper numbers = new Sequence.Unwrapper(16);
    private final TreeMap<Long, Viewer.Packet> waiting = new TreeMap<>();
    private long decoded = Long.MIN_VALUE;
    private long renderedAt = Long.MIN_VALUE;
    private long complainedAt = network.now();
    Duration longestFreeze = Duration.ZERO;

    /// The size that was shown last, -1 before the first.
    int shown = -1;

    int frames;
    int complaints;

    Camera(int id) {
      long now = network.now();
      Address address = Address.parse("10.0.1." + (id + 1), 5);
      uplink =
          new Uplink(
              settings,
              Publisher.EXTENSIONS,
              1,
              (bytes, offset, length) -> network.send(SERVER, address, bytes, offset, length),
              now);
      network.bind(address, (_, bytes, _) -> publisher.hear(bytes, 0, bytes.length));
      Address door = SERVER.withPort(100 + id);
      network.bind(door, (_, bytes, at) -> give(bytes, at));
      network.join(
          new Node() {
            @Override
            public void tick(long now) {
              uplink.tick(now);
            }

            @Override
            public long deadline() {
              return uplink.deadline();
            }
          });
      for (int i = 0; i < 3; i++) {
        publisher.sizes.add(
            new Publisher.Size(id * 16 + i + 1, List.of("q", "h", "f").get(i), 100 * i, i * 777));
      }
      Track track =
          uplink.publish("v", Kind.VIDEO, List.of(VP8), List.of("q", "h", "f"), new Home());
      subscription =
          downlink.subscribe(track.relay(), "v" + id, 0xD000 + 2 * id, 0xD001 + 2 * id, VP8, now);
      every(FRAME, () -> frame(address, door));
    }

    /// A picture in all sizes, spread by the publisher's pacer as browsers do.
    private void frame(Address from, Address to) {
      for (int i = 0; i < PACKETS.length; i++) {
        Publisher.Size size = publisher.sizes.get(i);
        for (byte[] packet : publisher.frame(size, PACKETS[i] * (size.keyframe ? 5 : 1))) {
          paced = Math.max(paced, network.now());
          network.at(paced, () -> network.send(from, to, packet, 0, packet.length));
          paced += packet.length * 8_000_000_000L / PACE;
        }
      }
    }

    private void give(byte[] packet, long now) {
      byte[] roomy = new byte[packet.length + 100];
      System.arraycopy(packet, 0, roomy, 64, packet.length);
      uplink.receiveRtp(roomy, 64, packet.length, now);
    }

    // ---- the receiver's side ----

    private void receive(RtpPacket view, long now) {
      int payload = view.payloadOffset();
      boolean repeated = view.payloadType() == Publisher.RTX;
      if (repeated && view.payloadLength() < 2) {
        return;
      }
      int sequence = repeated ? BigEndian.u16(view.bytes(), payload) : view.sequence();
      losses.received(sequence, now);
      long number = numbers.unwrap(sequence);
      if (number > decoded) {
        waiting.put(number, Viewer.read(view, number, repeated ? 2 : 0));
      }
      decode(now);
    }

    private void decode(long now) {
      if (decode(decoded + 1, now)) {
        return;
      }
      // A keyframe further on makes what lies before it needless.
      for (Map.Entry<Long, Viewer.Packet> each : waiting.entrySet()) {
        if (each.getValue().keyframe() && each.getValue().part() == 0 && whole(each.getKey()) > 0) {
          decode(each.getKey(), now);
          return;
        }
      }
    }

    private boolean decode(long first, long now) {
      boolean any = false;
      for (long next = first, last = whole(first); last > 0; next = last + 1, last = whole(next)) {
        Viewer.Packet packet = waiting.get(next);
        if (packet.parts() > 0) {
          render((packet.source() & 0xF) - 1, now);
        }
        decoded = last;
        waiting.headMap(last, true).clear();
        if (packet.keyframe()) {
          losses.decodableFrom((int) next & 0xFFFF);
        }
        any = true;
      }
      return any;
    }

    /// The number of the last packet of the picture that begins here, or 0.
    private long whole(long first) {
      Viewer.Packet packet = waiting.get(first);
      if (packet == null || packet.part() != 0) {
        return 0;
      }
      long last = first + Math.max(1, packet.parts()) - 1;
      for (long number = first + 1; number <= last; number++) {
        if (!waiting.containsKey(number)) {
          return 0;
        }
      }
      return last;
    }

    private void render(int size, long now) {
      if (renderedAt != Long.MIN_VALUE) {
        Duration gap = Duration.ofNanos(now - renderedAt);
        longestFreeze = gap.compareTo(longestFreeze) > 0 ? gap : longestFreeze;
      }
      renderedAt = now;
      shown = size;
      frames++;
    }

    private void complain(long now) {
      if (!waiting.isEmpty()
          && now - renderedAt > 300_000_000
          && now - complainedAt > 300_000_000) {
        complainedAt = now;
        complaints++;
        rtcp.begin(report, 0, report.length);
        rtcp.pictureLoss(7, subscription.ssrc);
        tell();
      }
    }

    @Override
    public void nack(int[] sequences, int count) {
      rtcp.begin(report, 0, report.length);
      rtcp.nack(7, subscription.ssrc, sequences, 0, count);
      tell();
    }

    @Override
    public void keyframe() {
      complainedAt = network.now() - 1_000_000_000L;
    }
  }

  private static final class Home implements Track.Output {
    @Override
    public void wanted(Track track, int layer, long now) {}
  }

  // ---- the receiver -----------------------------------------------------------------------------

  private void receive(byte[] bytes, long now) {
    RtpPacket view = new RtpPacket();
    if (RtcpReader.isRtcp(bytes, 0, bytes.length)) {
      return;
    }
    if (!view.read(bytes, 0, bytes.length)) {
      throw new AssertionError("a packet that does not hold together");
    }
    arrivals.arrived(view.extensionShort(4), bytes.length, now);
    cameras.get((view.ssrc() - 0xD000) / 2).receive(view, now);
  }

  private void feedback() {
    long now = network.now();
    for (Camera camera : cameras) {
      if (now - camera.losses.deadline() >= 0) {
        camera.losses.tick(now);
      }
      camera.complain(now);
    }
    if (now - arrivals.deadline() < 0) {
      return;
    }
    while (arrivals.next(now)) {
      rtcp.begin(report, 0, report.length);
      arrivals.told(
          rtcp.transportFeedback(
              7,
              0xD000,
              arrivals.feedbackCount(),
              arrivals.base(),
              arrivals.times(),
              0,
              arrivals.count()));
      tell();
    }
  }

  private void tell() {
    network.send(RECEIVER, SERVER, report, 0, rtcp.length());
  }

  // ---- the server -------------------------------------------------------------------------------

  @Override
  public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
    Duration queue = network.waiting(SERVER, RECEIVER);
    longestQueue = queue.compareTo(longestQueue) > 0 ? queue : longestQueue;
    network.send(SERVER, RECEIVER, bytes, offset, length);
  }

  @Override
  public void sendRtcp(byte[] bytes, int offset, int length) {
    network.send(SERVER, RECEIVER, bytes, offset, length);
  }

  @Override
  public void tick(long now) {
    downlink.tick(now);
  }

  @Override
  public long deadline() {
    return downlink.deadline(network.now());
  }

  private static final long PACE = 6_000_000;
}
