package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.madang.media.Codec;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.BigEndian;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Publishers whose numbers make no sense, and receivers that ask for what they should not.
class ForwardBadInputTest {
  private static final Coding VP8 = new Coding(Publisher.VP8, Codec.VP8, Publisher.RTX);
  private static final long FRAME = 33_333_333L;

  private static final Track.Output NOBODY =
      new Track.Output() {
        @Override
        public void wanted(Track track, int layer, long now) {}
      };

  private final Settings settings = Settings.defaults("someone");
  private final Publisher publisher = new Publisher();
  private final Publisher.Size size = new Publisher.Size(0xA1, "", 65_000, -9000);
  private long now = 5_000_000_000L;
  private final Uplink uplink = new Uplink(settings, Publisher.EXTENSIONS, 1, publisher::hear, now);
  private final List<Viewer> viewers = new ArrayList<>();
  private final List<Downlink> downlinks = new ArrayList<>();
  private final Track track;

  ForwardBadInputTest() {
    publisher.sizes.add(size);
    track = uplink.publish("v", Kind.VIDEO, List.of(VP8), List.of(), NOBODY);
  }

  /// An offer of a few kilobytes names hundreds of layers.
  @Test
  void layersThatNeverComeTakeLittleMemory() {
    List<String> rids = List.of("a", "b", "c", "d");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100; i++) {
      uplink.publish("m" + i, Kind.VIDEO, List.of(VP8), rids, NOBODY);
    }
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / 400;
    assertThat(each).isLessThan(24_000);
  }

  /// Another receiver; its SSRC is 0xD1, of its retransmissions 0xD2.
  private Viewer watch() {
    Viewer viewer = new Viewer();
    Downlink downlink = new Downlink(settings, Publisher.EXTENSIONS, viewer, now);
    downlink.undivided();
    downlink.subscribe(track.relay(), "2", 0xD1, 0xD2, VP8, now);
    viewers.add(viewer);
    downlinks.add(downlink);
    return viewer;
  }

  private void give(byte[] packet) {
    byte[] received = new byte[packet.length + 100];
    System.arraycopy(packet, 0, received, 64, packet.length);
    uplink.receiveRtp(received, 64, packet.length, now);
  }

  private void frames(int count) {
    for (int i = 0; i < count; i++) {
      publisher.frame(size, 2).forEach(this::give);
      pass(FRAME);
    }
  }

  private void pass(long nanos) {
    now += nanos;
    if (now - uplink.deadline() >= 0) {
      uplink.tick(now);
    }
    for (Downlink downlink : downlinks) {
      if (now - downlink.deadline(now) >= 0) {
        downlink.tick(now);
      }
    }
  }

  private void says(Downlink downlink, Consumer<RtcpWriter> words) {
    RtcpWriter writer = new RtcpWriter();
    byte[] report = new byte[1400];
    writer.begin(report, 0, report.length);
    words.accept(writer);
    downlink.receiveRtcp(report, 0, writer.length(), now);
  }

  // ---- 42: SSRC flood
  // -----------------------------------------------------------------------------

  @Test
  void aFloodOfSsrcsDoesNothingToTheStreamThatIsThere() {
    Viewer viewer = watch();
    frames(5);
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[300];
    for (int ssrc = 10_000; ssrc < 15_000; ssrc++) {
      header.begin(packet, 0, 50, false, ssrc & 0xFFFF, ssrc, ssrc);
      if (ssrc % 3 == 0) {
        header.bytes(1, "v".getBytes(StandardCharsets.UTF_8));
      }
      header.end();
      give(packet);
    }
    assertThat(uplink.counters().unknown() + uplink.counters().malformed()).isBetween(4000L, 5000L);
    int before = viewer.arrived.size();
    frames(5);
    assertThat(viewer.arrived).hasSize(before + 10);
    assertThat(viewer.missing()).isEmpty();
  }

  // ---- 43: numbers
  // --------------------------------------------------------------------------------

  @Test
  void numbersThatLeapAheadAreForwardedAllTheSame() {
    Viewer viewer = watch();
    frames(5);
    for (int leap : new int[] {150, 3000, 20_000, 32_000, 32_000}) {
      size.sequence += leap;
      size.timestamp += leap * 1000;
      size.keyframe = true;
      int before = viewer.arrived.size();
      frames(10);
      assertThat(viewer.arrived.size() - before).as("after " + leap).isBetween(19, 20);
    }
  }

  @Test
  void numbersThatFallBackAreDroppedUntilTheyGoOn() {
    Viewer viewer = watch();
    frames(5);
    for (int leap : new int[] {5000, 20_000, 32_768}) {
      int sequence = size.sequence;
      size.sequence -= leap;
      int before = viewer.arrived.size();
      frames(10);
      size.sequence = sequence;
      size.keyframe = true;
      assertThat(viewer.arrived).as("after " + leap).hasSize(before);
      frames(10);
      assertThat(viewer.arrived).hasSize(before + 20);
    }
    assertThat(viewer.missing()).isEmpty();
  }

  @Test
  void timestampsMayWrapAndLeapAndMarkersLie() {
    Viewer viewer = watch();
    // It begins three frames before the wrap.
    for (int step : new int[] {0, Integer.MAX_VALUE, Integer.MIN_VALUE, -90_000_000, 1}) {
      size.timestamp += step;
      for (int i = 0; i < 10; i++) {
        for (byte[] packet : publisher.frame(size, 3)) {
          packet[1] ^= (byte) (i % 2 == 0 ? 0x80 : 0);
          give(packet);
        }
        pass(FRAME);
      }
    }
    assertThat(viewer.arrived).hasSize(150);
    assertThat(viewer.missing()).isEmpty();
  }

  // ---- 44: retransmissions
  // ------------------------------------------------------------------------

  @Test
  void retransmissionsOfNothingOrOfStrangersAreDropped() {
    Viewer viewer = watch();
    frames(5);
    int before = viewer.arrived.size();
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[200];
    for (int payload = 0; payload < 2; payload++) {
      header.begin(packet, 0, Publisher.RTX, false, 1, size.timestamp, 0xA2);
      header.bytes(1, "v".getBytes(StandardCharsets.UTF_8));
      give(java.util.Arrays.copyOf(packet, header.end() + payload));
    }
    // Of another track's name, of no name, of a number that nobody sent.
    header.begin(packet, 0, Publisher.RTX, false, 1, size.timestamp, 0xEE);
    header.bytes(1, "w".getBytes(StandardCharsets.UTF_8));
    give(java.util.Arrays.copyOf(packet, header.end() + 100));
    for (int number : new int[] {size.sequence - 30_000, size.sequence - 5000}) {
      header.begin(packet, 0, Publisher.RTX, false, 2, size.timestamp, 0xA2);
      header.bytes(1, "v".getBytes(StandardCharsets.UTF_8));
      int at = header.end();
      BigEndian.put16(packet, at, number);
      give(java.util.Arrays.copyOf(packet, at + 100));
    }
    assertThat(viewer.arrived).hasSize(before);
    frames(5);
    assertThat(viewer.missing()).isEmpty();
  }

  // ---- 47: NACK storms
  // ----------------------------------------------------------------------------

  @Test
  void aPacketThatIsAskedForAllTheTimeIsRepeatedOnceARoundTrip() {
    Viewer viewer = watch();
    frames(10);
    int before = viewer.arrived.size();
    int[] last = {20};
    for (int i = 0; i < 1000; i++) {
      says(downlinks.getFirst(), writer -> writer.nack(7, 0xD1, last, 0, 1));
      now += 1_000_000;
    }
    // A second, of round trips of a tenth.
    assertThat(viewer.arrived.size() - before).isBetween(9, 11);
  }

  @Test
  void oneReportAsksForNoMorePacketsThanABrowserMisses() {
    watch();
    frames(30);
    Downlink downlink = downlinks.getFirst();
    int[] all = new int[5000];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    says(downlink, writer -> writer.nack(7, 0xD1, all, 0, all.length));
    assertThat(downlink.counters().asked()).isBetween(1100L, 1200L);
    says(downlink, writer -> writer.nack(7, 0xD1, all, 0, 1000));
    assertThat(downlink.counters().asked()).isBetween(2100L, 2200L);
  }

  @Test
  void whatWasNeverSentIsNotRepeated() {
    Viewer viewer = watch();
    frames(10);
    int before = viewer.arrived.size();
    int[] never = {0, 21, 22, 40_000, 65_535};
    says(downlinks.getFirst(), writer -> writer.nack(7, 0xD1, never, 0, never.length));
    says(downlinks.getFirst(), writer -> writer.nack(7, 0xBAD, new int[] {5, 6}, 0, 2));
    assertThat(viewer.arrived).hasSize(before);
  }

  // ---- 48: keyframe storms
  // ------------------------------------------------------------------------

  @Test
  void twentyReceiversThatAskForKeyframesInEveryReportAreOneTwiceASecond() {
    for (int i = 0; i < 20; i++) {
      watch();
    }
    frames(3);
    int before = size.keyframes;
    for (int i = 0; i < 60; i++) {
      for (Downlink downlink : downlinks) {
        says(
            downlink,
            writer -> {
              writer.pictureLoss(7, 0xD1);
              writer.fullIntra(7, 0xD1, 9);
              writer.pictureLoss(7, 0xD2);
              writer.pictureLoss(7, 0xBAD);
              writer.fullIntra(7, 0xBAD, 9);
            });
      }
      frames(1);
    }
    assertThat(size.keyframes - before).isBetween(3, 5);
  }

  // ---- 51: reports about others
  // -------------------------------------------------------------------

  @Test
  void reportsAboutStreamsThatWeDoNotSendChangeNothing() {
    watch();
    Downlink downlink = downlinks.getFirst();
    frames(30);
    long bitrate = downlink.bitrate();
    long roundTrip = downlink.roundTrip();
    for (int i = 0; i < 30; i++) {
      int mine = i;
      says(
          downlink,
          writer -> {
            writer.receiverReport(7);
            for (int foreign : new int[] {0, 0xA1, 0xD3, -1, 0xD1 << 8}) {
              writer.reportBlock(foreign, 255, 0x7FFFFF, mine, 1 << 30, 1, 0);
            }
          });
      frames(3);
    }
    assertThat(downlink.bitrate()).isGreaterThanOrEqualTo(bitrate);
    assertThat(downlink.loss()).isZero();
    assertThat(downlink.roundTrip()).isEqualTo(roundTrip);
  }

  @Test
  void aRoundTripThatCannotBeIsNotBelieved() {
    watch();
    Downlink downlink = downlinks.getFirst();
    byte[] report = publisher.report(size, 900_000_000_000L);
    uplink.receiveRtcp(report, 0, report.length, now);
    frames(40);
    long roundTrip = downlink.roundTrip();
    for (int lastReport : new int[] {1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      for (int since : new int[] {0, -1, Integer.MIN_VALUE}) {
        says(
            downlink,
            writer -> {
              writer.receiverReport(7);
              writer.reportBlock(0xD1, 0, 0, 0, 0, lastReport, since);
            });
        assertThat(downlink.roundTrip()).isLessThan(5_000_000_000L);
      }
    }
    assertThat(downlink.roundTrip()).isEqualTo(roundTrip);
  }

  // ---- anything
  // -----------------------------------------------------------------------------------

  /// Whatever either side sends, what leaves holds together ([Viewer] looks), and no more of it
  /// than came in justifies.
  @Test
  void anyPacketsAndReportsAreSurvived() {
    Fuzz.each(40, seed -> new ForwardBadInputTest().anything(seed));
  }

  private void anything(Seed seed) {
    RandomGenerator random = seed.random();
    Viewer viewer = watch();
    RtpPacket view = new RtpPacket();
    List<byte[]> kept = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      for (byte[] packet : publisher.frame(size, 3)) {
        kept.add(packet);
        give(packet);
        byte[] other = kept.get(random.nextInt(kept.size()));
        // Only the headers: Viewer demands VP8 of what is forwarded as such.
        byte[] head = Fuzz.mutate(java.util.Arrays.copyOf(other, 24), random);
        byte[] mutated = other.clone();
        System.arraycopy(head, 0, mutated, 0, Math.min(head.length, 24));
        if (view.read(mutated, 0, mutated.length) && view.headerLength() == headerOf(other)) {
          give(mutated);
        }
      }
      byte[] report = new byte[1400];
      RtcpWriter writer = new RtcpWriter();
      writer.begin(report, 0, report.length);
      writer.receiverReport(7);
      writer.reportBlock(
          0xD1, 3, 4, random.nextInt(), random.nextInt(), random.nextInt(), random.nextInt());
      writer.nack(7, 0xD1, new int[] {random.nextInt(0x10000), i & 0xFFFF}, 0, 2);
      writer.pictureLoss(7, 0xD1);
      writer.receiverEstimate(7, random.nextLong(1L << 40), new int[] {0xD1}, 1);
      byte[] bytes = Fuzz.mutate(java.util.Arrays.copyOf(report, writer.length()), random);
      downlinks.getFirst().receiveRtcp(bytes, 0, bytes.length, now);
      uplink.receiveRtcp(bytes, 0, bytes.length, now);
      pass(FRAME);
    }
    assertThat(viewer.arrived.size()).isBetween(1, 2000);
  }

  private static int headerOf(byte[] packet) {
    RtpPacket view = new RtpPacket();
    view.read(packet, 0, packet.length);
    return view.headerLength();
  }
}
