package dev.madang.server.webrtc;

import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.room.bandwidth.Priority;
import dev.madang.room.forward.Coding;
import dev.madang.room.forward.Downlink;
import dev.madang.room.forward.Relay;
import dev.madang.room.forward.Settings;
import dev.madang.room.forward.Subscription;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// What a far end receives, on its transport's loop; tells its [DownSession] at home.
final class DownMedia implements Cargo, Downlink.Output {
  private final Settings settings;
  private final ExtensionMap extensions;
  private final Executor home;
  private final DownSession.Output output;
  private final Map<Source, Receipt> receipts = new LinkedHashMap<>();
  private final Set<Source> hushed = new HashSet<>();
  private @Nullable Transport transport;
  private @Nullable Downlink downlink;
  private boolean connected;
  private final Flow all = new Flow();
  private long lookedAt;
  private volatile @Nullable Vitals vitals;
  // Of the downlink's counters, what the station's have.
  private long asked;
  private long repeated;

  /// How a source travels to this far end.
  ///
  /// @param rtxSsrc 0 = no retransmissions
  /// @param red the payload type of redundant sound, -1 = not taken
  record Terms(String mid, int ssrc, int rtxSsrc, Coding coding, int red) {}

  private static final class Receipt {
    final Terms terms;
    @Nullable Subscription subscription;

    /// What it is subscribed to.
    @Nullable Source from;

    @Nullable Priority priority;
    int rank;
    int height;

    Receipt(Terms terms) {
      this.terms = terms;
    }
  }

  DownMedia(Settings settings, ExtensionMap extensions, Executor home, DownSession.Output output) {
    this.settings = settings;
    this.extensions = extensions;
    this.home = home;
    this.output = output;
  }

  /// Forwards the source from now on, or as soon as it can be.
  void attach(Source source, Terms terms) {
    receipts.put(source, new Receipt(terms));
    begin(source);
  }

  /// The source can be received now.
  void live(Source source) {
    begin(source);
  }

  private void begin(Source source) {
    Receipt receipt = receipts.get(source);
    Downlink link = downlink;
    Transport there = transport;
    if (receipt == null
        || source.equals(receipt.from)
        || link == null
        || there == null
        || !connected) {
      return;
    }
    Relay relay = there.station().relayOf(source);
    if (relay != null) {
      subscribe(receipt, source, link, there, relay);
      apply(receipt);
      there.touch();
    }
  }

  private void subscribe(
      Receipt receipt, Source source, Downlink link, Transport there, Relay relay) {
    Terms terms = receipt.terms;
    Source before = receipt.from;
    Subscription known = receipt.subscription;
    receipt.from = source;
    if (known != null && before != null) {
      link.follow(known, relay, there.now());
      there.station().letGo(before);
      return;
    }
    Subscription made =
        link.subscribe(relay, terms.mid, terms.ssrc, terms.rtxSsrc, terms.coding, there.now());
    receipt.subscription = made;
    if (terms.red >= 0) {
      made.redundant(terms.red);
    }
    if (hushed.contains(source)) {
      made.hear(false, there.now());
    }
  }

  /// Forwards another source in the place of one, under the same numbers, as soon as it can be.
  void replace(Source before, Source source) {
    hushed.remove(before);
    Receipt receipt = receipts.remove(before);
    if (receipt != null) {
      receipts.put(source, receipt);
      begin(source);
    }
  }

  /// Leaves a source of sound out for a while, or not any more; before it is attached, too.
  void hear(Source source, boolean on) {
    boolean changed = on ? hushed.remove(source) : hushed.add(source);
    Subscription subscription = subscription(source);
    if (changed && subscription != null && transport != null) {
      subscription.hear(on, transport.now());
    }
  }

  /// What the far end makes of it; kept for when it is forwarded.
  void want(Source source, Priority priority, int rank, int height) {
    Receipt receipt = receipts.get(source);
    if (receipt != null) {
      receipt.priority = priority;
      receipt.rank = rank;
      receipt.height = height;
      apply(receipt);
    }
  }

  private void apply(Receipt receipt) {
    if (receipt.subscription != null && receipt.priority != null && transport != null) {
      receipt.subscription.want(receipt.priority, receipt.rank, receipt.height, transport.now());
      transport.touch();
    }
  }

  void detach(Source source) {
    hushed.remove(source);
    Receipt receipt = receipts.remove(source);
    if (receipt != null) {
      end(receipt);
    }
  }

  private void end(Receipt receipt) {
    Subscription subscription = receipt.subscription;
    Source from = receipt.from;
    if (subscription != null && from != null && downlink != null && transport != null) {
      receipt.subscription = null;
      receipt.from = null;
      downlink.unsubscribe(subscription, transport.now());
      transport.station().letGo(from);
    }
  }

  /// What is forwarded of a source; null while nothing is.
  @Nullable Subscription subscription(Source source) {
    Receipt receipt = receipts.get(source);
    return receipt == null ? null : receipt.subscription;
  }

  // ---- how it goes ------------------------------------------------------------------------------

  /// From any thread: as of the last look; null before the first, and when it is over.
  @Nullable Vitals vitals() {
    return vitals;
  }

  /// Looks, unless somebody did a moment ago.
  void look() {
    Transport there = transport;
    Downlink link = downlink;
    if (there == null
        || link == null
        || !connected
        || lookedAt != 0 && there.now() - lookedAt < A_MOMENT) {
      return;
    }
    long nanos = lookedAt == 0 ? 0 : there.now() - lookedAt;
    lookedAt = there.now();
    long roundTrip = link.measuredRoundTrip();
    vitals =
        new Vitals(
            there.overTcp(),
            all.bits(link.counters().bytes(), nanos),
            link.loss(),
            roundTrip < 0 ? -1 : roundTrip / 1e6,
            Map.of());
  }

  // ---- from the transport -----------------------------------------------------------------------

  @Override
  public void begin(Transport begun, long now) {
    transport = begun;
    downlink = new Downlink(settings, extensions, this, now);
  }

  @Override
  public void connected(long now) {
    connected = true;
    receipts.keySet().forEach(this::begin);
    home.execute(output::connected);
  }

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {
    // Who only receives has nothing to send.
  }

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    if (downlink != null) {
      downlink.receiveRtcp(bytes, offset, length, now);
    }
  }

  @Override
  public void left(long since, long now) {
    // Over TCP it left at once.
    if (downlink != null && transport != null && !transport.overTcp()) {
      downlink.left(since, now);
    }
  }

  @Override
  public void tick(long now) {
    if (downlink != null && transport != null) {
      downlink.tick(now);
      count(downlink.counters(), transport.station().counters);
    }
  }

  private void count(Downlink.Counters counted, Counters all) {
    all.lossesHeard.add(counted.asked() - asked);
    all.repeated.add(counted.repeated() - repeated);
    asked = counted.asked();
    repeated = counted.repeated();
  }

  @Override
  public long deadline() {
    return downlink == null || transport == null
        ? Long.MAX_VALUE
        : downlink.deadline(transport.now());
  }

  @Override
  public void ended(Ending why, String detail, long now) {
    receipts.values().forEach(this::end);
    receipts.clear();
    vitals = null;
    home.execute(() -> output.ended(why, detail));
  }

  // ---- from the downlink ------------------------------------------------------------------------

  @Override
  public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
    if (transport != null) {
      transport.sendRtp(bytes, offset, headerLength, length);
    }
  }

  @Override
  public void sendRtcp(byte[] bytes, int offset, int length) {
    if (transport != null) {
      transport.sendRtcp(bytes, offset, length);
    }
  }

  private static final long A_MOMENT = 900_000_000L;
}
