package dev.madang.room.bandwidth;

import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.rig.Link;
import dev.madang.rig.Node;
import dev.madang.rig.Seed;
import dev.madang.rig.SimulatedNetwork;
import dev.madang.wire.Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A server that forwards simulcast videos to one receiver over a simulated path: a [Budget], a
/// receiver that assembles frames, asks again for what is missing, decodes what can be decoded, and
/// sends real transport-wide feedback by its own [ArrivalLog]. Figures are kept on the way.
final class SimulatedCall implements Node, Budget.Output {
  static final Address SERVER = Address.parse("10.0.0.1", 1);
  static final Address RECEIVER = Address.parse("10.0.0.2", 2);

  final SimulatedNetwork network;
  final Budget budget;
  final List<Video> videos = new ArrayList<>();
  private final RandomGenerator random;
  private final ArrivalLog arrivals = new ArrivalLog();
  private final RtcpWriter rtcp = new RtcpWriter();
  private boolean feeds = true;
  private double stalls;
  private long longestStall;
  private long turn;
  private long busyUntil;
  private boolean stopped;

  Duration longestQueue = Duration.ZERO;
  long paddingBytes;
  long resentBytes;
  long mediaBytes;
  int soundsHeard;

  SimulatedCall(Seed seed, Limits limits) {
    network = new SimulatedNetwork(seed);
    random = seed.random();
    budget = new Budget(limits, this, network.now());
    turn = network.now();
    busyUntil = turn;
    network.bind(RECEIVER, (_, bytes, now) -> receive(bytes, now));
    network.bind(SERVER, (_, bytes, _) -> whenAwake(() -> receiveFeedback(bytes, network.now())));
    network.join(this);
  }

  /** What the path to the receiver does from now on. */
  SimulatedCall path(Link link) {
    network.link(SERVER, RECEIVER, link);
    return this;
  }

  SimulatedCall pathBack(Link link) {
    network.link(RECEIVER, SERVER, link);
    return this;
  }

  /** A camera in three sizes, 30 frames a second; what a tile of 720 lines would show. */
  Video camera(Priority priority) {
    return video(priority, 720, 150_000, 500_000, 1_700_000);
  }

  Video video(Priority priority, int height, long... bitrates) {
    Video video = new Video(videos.size(), bitrates);
    video.share = budget.allocator().add(video.layers);
    video.share.want(priority, videos.size(), height);
    videos.add(video);
    video.start();
    return video;
  }

  /** Sound: 32 kb/s in 50 packets a second, kept out of the division. */
  SimulatedCall sound() {
    budget.allocator().reserve(40_000);
    everyWhile(
        Duration.ofMillis(20), () -> whenAwake(() -> send(packet(SOUND, 0, 0, 0, 0, 1, 0, 80))));
    return this;
  }

  SimulatedCall start() {
    budget.probe(network.now());
    everyWhile(Duration.ofMillis(10), this::feedback);
    return this;
  }

  /// The server waits for a processor: so often what it sends has its time already and leaves only
  /// when it goes on, up to so much later. Whatever comes meanwhile waits for that.
  SimulatedCall stalls(double share, Duration longest) {
    stalls = share;
    longestStall = longest.toNanos();
    return this;
  }

  /** Does it when the server can: now, in most cases. */
  private void whenAwake(Runnable action) {
    long now = network.now();
    if (now == turn || now - busyUntil > 0) {
      action.run();
    } else {
      network.at(busyUntil + 1, () -> whenAwake(action));
    }
  }

  /** Feedback is sent, or not. */
  void feeds(boolean feeds) {
    this.feeds = feeds;
  }

  void stop() {
    stopped = true;
  }

  void drive(Duration time) {
    network.drive(time);
  }

  /** Does it again and again. */
  void everyWhile(Duration interval, Runnable action) {
    network.after(
        interval,
        () -> {
          if (!stopped) {
            action.run();
            everyWhile(interval, action);
          }
        });
  }

  // ---- the publisher and the server's forwarding ----------------------------------------------

  final class Video {
    final int id;
    final long[] bitrates;
    final Layers layers = new Layers(false);
    Allocator.Share share;
    long paced;
    int sending = -1;
    final long[] askedAt;
    final boolean[] keyWanted;
    int sequence;
    int frame;
    final Map<Integer, byte[]> sent = new HashMap<>();
    final Map<Integer, Long> resentAt = new HashMap<>();

    // The receiver's side.
    int expected;
    final TreeMap<Integer, Long> missing = new TreeMap<>();
    final Map<Integer, Integer> tries = new HashMap<>();
    final Map<Integer, Integer> parts = new HashMap<>();
    int decoded = -1;
    long plainedAt;
    long renderedAt = Long.MIN_VALUE;
    Duration longestFreeze = Duration.ZERO;
    int shown = -1;
    final int[] framesShown = new int[4];

    Video(int id, long... bitrates) {
      this.id = id;
      this.bitrates = bitrates;
      keyWanted = new boolean[bitrates.length];
      askedAt = new long[bitrates.length];
      paced = network.now();
      Arrays.fill(askedAt, network.now() - 1_000_000_000);
      for (int i = 0; i < bitrates.length; i++) {
        layers.declare(i, 180 << i, bitrates[i]);
        keyWanted[i] = true;
      }
    }

    void start() {
      for (int layer = 0; layer < bitrates.length; layer++) {
        int of = layer;
        network.after(
            Duration.ofNanos(random.nextLong(33_000_000)),
            () -> everyWhile(Duration.ofNanos(33_333_333), () -> produce(of)));
      }
    }

    /** A frame leaves the publisher, whose own pacer spreads it at 2.5 times the rate. */
    private void produce(int layer) {
      boolean key = keyWanted[layer];
      keyWanted[layer] = false;
      double size = bitrates[layer] / 8.0 / 30 * (0.8 + 0.4 * random.nextDouble()) * (key ? 5 : 1);
      int count = Math.max(1, (int) Math.ceil(size / 1100));
      int each = (int) (size / count) + 40;
      long pace = 0;
      for (long bitrate : bitrates) {
        pace += bitrate * 5 / 2;
      }
      long now = network.now();
      for (int i = 0; i < count; i++) {
        int part = i;
        paced = Math.max(paced, now);
        // In groups of 5 ms.
        long at = now + (paced - now) / 5_000_000 * 5_000_000;
        network.at(at, () -> whenAwake(() -> forward(layer, key, part, count, each)));
        paced += each * 8_000_000_000L / pace;
      }
    }

    private void forward(int layer, boolean key, int part, int count, int size) {
      long now = network.now();
      layers.arrived(layer, 0, size, now);
      int target = share.spatial();
      if (target != sending) {
        if (target < 0) {
          sending = -1;
        } else if (layer == target && key && part == 0) {
          sending = target;
        } else {
          askForKey(target);
        }
      }
      if (layer == sending && !(target < sending && budget.estimator().congested())) {
        if (part == 0) {
          frame++;
        }
        byte[] packet = packet(key ? KEY : MEDIA, id, sequence, frame, part, count, layer, size);
        sent.put(sequence, packet);
        sent.remove(sequence - 1000);
        sequence++;
        mediaBytes += size;
        send(packet);
      }
    }

    void askForKey(int layer) {
      long now = network.now();
      if (layer >= 0 && now - askedAt[layer] > 300_000_000) {
        askedAt[layer] = now;
        network.after(Duration.ofMillis(60), () -> keyWanted[layer] = true);
      }
    }

    void resend(int number) {
      byte[] packet = sent.get(number);
      Long before = resentAt.get(number);
      long now = network.now();
      if (packet != null && (before == null || now - before > 40_000_000)) {
        resentAt.put(number, now);
        budget.enqueue((long) id << 32 | number, packet.length, now);
      }
    }

    // ---- the receiver ---------------------------------------------------------------------

    void receive(int number, int frame, int count, int layer, boolean key, long now) {
      for (; expected <= number; expected++) {
        missing.put(expected, 0L);
      }
      if (missing.remove(number) == null) {
        return;
      }
      int got = parts.merge(frame, 1, Integer::sum);
      if (got == count) {
        complete.put(frame, key ? 4 + layer : layer);
        decode(now);
      }
    }

    final TreeMap<Integer, Integer> complete = new TreeMap<>();

    private void decode(long now) {
      while (!complete.isEmpty()) {
        int first = complete.firstKey();
        boolean key = complete.firstEntry().getValue() >= 4;
        if (first <= decoded) {
          complete.pollFirstEntry();
        } else if (first == decoded + 1 || key) {
          render(first, complete.pollFirstEntry().getValue() & 3, now);
        } else {
          break;
        }
      }
      // A keyframe further on makes what lies before it needless.
      for (Map.Entry<Integer, Integer> entry : complete.entrySet()) {
        if (entry.getValue() >= 4) {
          decoded = entry.getKey() - 1;
          decode(now);
          return;
        }
      }
      if (!complete.isEmpty() && now - renderedAt > 400_000_000 && now - plainedAt > 300_000_000) {
        plainedAt = now;
        tell(PLI, id, 0);
      }
    }

    private void render(int frame, int layer, long now) {
      decoded = frame;
      if (renderedAt != Long.MIN_VALUE) {
        Duration gap = Duration.ofNanos(now - renderedAt);
        if (gap.compareTo(longestFreeze) > 0) {
          longestFreeze = gap;
        }
      }
      renderedAt = now;
      shown = layer;
      framesShown[layer]++;
    }

    void askAgain(long now) {
      // As browsers do: again after a round trip, ten times, and not for what is far behind.
      missing.headMap(expected - 250).clear();
      tries.keySet().retainAll(missing.keySet());
      for (Map.Entry<Integer, Long> entry : missing.entrySet()) {
        if ((now - entry.getValue() > 80_000_000 || entry.getValue() == 0)
            && tries.merge(entry.getKey(), 1, Integer::sum) <= 10) {
          entry.setValue(now);
          tell(NACK, id, entry.getKey());
        }
      }
    }
  }

  private byte[] packet(
      int kind, int video, int sequence, int frame, int part, int count, int layer, int size) {
    byte[] bytes = new byte[Math.max(size, 24)];
    ByteBuffer.wrap(bytes)
        .putShort((short) 0)
        .put((byte) kind)
        .put((byte) video)
        .putInt(sequence)
        .putInt(frame)
        .putShort((short) part)
        .putShort((short) count)
        .put((byte) layer);
    return bytes;
  }

  private void send(byte[] packet) {
    long now = network.now();
    Duration queue = network.waiting(SERVER, RECEIVER);
    if (queue.compareTo(longestQueue) > 0) {
      longestQueue = queue;
    }
    byte[] copy = packet.clone();
    ByteBuffer.wrap(copy).putShort(0, (short) budget.sent(copy.length, now));
    if (now != turn) {
      turn = now;
      boolean held = stalls > 0 && random.nextDouble() < stalls;
      busyUntil = held ? now + random.nextLong(longestStall) : now;
      if (held) {
        network.at(busyUntil, () -> budget.estimator().left(now, network.now()));
      }
    }
    if (busyUntil == now) {
      network.send(SERVER, RECEIVER, copy, 0, copy.length);
    } else {
      network.at(busyUntil, () -> network.send(SERVER, RECEIVER, copy, 0, copy.length));
    }
  }

  @Override
  public boolean pad(int bytes, long now) {
    int size = Math.clamp(bytes, 200, 1000);
    paddingBytes += size;
    send(packet(PADDING, 0, 0, 0, 0, 1, 0, size));
    return true;
  }

  @Override
  public void release(long item, long now) {
    byte[] packet = videos.get((int) (item >>> 32)).sent.get((int) item);
    if (packet != null) {
      resentBytes += packet.length;
      send(packet);
    }
  }

  @Override
  public void allocated(long now) {
    for (Video video : videos) {
      if (video.share.spatial() != video.sending) {
        video.askForKey(video.share.spatial());
      }
    }
  }

  // ---- the receiver ---------------------------------------------------------------------------

  private void receive(byte[] bytes, long now) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    arrivals.arrived(in.getShort() & 0xFFFF, bytes.length, now);
    int kind = in.get();
    int video = in.get();
    soundsHeard += kind == SOUND ? 1 : 0;
    if (kind == MEDIA || kind == KEY) {
      int number = in.getInt();
      int frame = in.getInt();
      in.getShort();
      int count = in.getShort();
      videos.get(video).receive(number, frame, count, in.get(), kind == KEY, now);
    }
  }

  private void feedback() {
    long now = network.now();
    for (Video video : videos) {
      video.askAgain(now);
    }
    if (!feeds || arrivals.deadline() - now > 0) {
      return;
    }
    byte[] out = new byte[1200];
    while (arrivals.next(now)) {
      rtcp.begin(out, 0, out.length);
      arrivals.told(
          rtcp.transportFeedback(
              1,
              2,
              arrivals.feedbackCount(),
              arrivals.base(),
              arrivals.times(),
              0,
              arrivals.count()));
      network.send(RECEIVER, SERVER, out, 0, rtcp.length());
    }
  }

  private void tell(int kind, int video, int number) {
    byte[] bytes = new byte[6];
    ByteBuffer.wrap(bytes).put((byte) kind).put((byte) video).putInt(number);
    network.send(RECEIVER, SERVER, bytes, 0, bytes.length);
  }

  private void receiveFeedback(byte[] bytes, long now) {
    if (bytes[0] == NACK || bytes[0] == PLI) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int kind = in.get();
      Video video = videos.get(in.get());
      if (kind == NACK) {
        video.resend(in.getInt());
      } else {
        video.askForKey(video.sending);
      }
      return;
    }
    RtcpReader.read(bytes, 0, bytes.length, new Feedback(now));
  }

  private final class Feedback implements RtcpReader.Output {
    private final long now;

    Feedback(long now) {
      this.now = now;
    }

    @Override
    public void transportFeedbackPacket(int sequence, boolean received, long arrival) {
      if (received) {
        budget.estimator().received(sequence, arrival);
      } else {
        budget.estimator().missing(sequence);
      }
    }

    @Override
    public void transportFeedbackEnd() {
      budget.endFeedback(now);
    }
  }

  // ---- the node ---------------------------------------------------------------------------------

  @Override
  public void tick(long now) {
    budget.tick(now);
  }

  @Override
  public long deadline() {
    if (stopped) {
      return Long.MAX_VALUE;
    }
    long next = budget.deadline(network.now());
    return next - busyUntil <= 0 ? busyUntil + 1 : next;
  }

  private static final int SOUND = 1;
  private static final int MEDIA = 2;
  private static final int KEY = 3;
  private static final int PADDING = 4;
  private static final int NACK = 5;
  private static final int PLI = 6;
}
