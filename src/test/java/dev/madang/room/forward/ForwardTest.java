package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class ForwardTest {
  private static final Coding VP8 = new Coding(Publisher.VP8, Codec.VP8, Publisher.RTX);
  private static final Coding OPUS = new Coding(Publisher.OPUS, Codec.OPUS, -1);
  private static final long FRAME = 33_333_333L;

  private final Settings settings = Settings.defaults("someone");
  private final Publisher publisher = new Publisher();
  private final Viewer viewer = new Viewer();
  private final List<Integer> wanted = new ArrayList<>();
  private long now = 5_000_000_000L;
  private final Uplink uplink = new Uplink(settings, Publisher.EXTENSIONS, 1, publisher::hear, now);
  private final Downlink downlink = new Downlink(settings, Publisher.EXTENSIONS, viewer, now);
  private final Track.Output home =
      new Track.Output() {
        @Override
        public void wanted(Track track, int layer, long now) {
          wanted.add(layer);
        }
      };

  /// Layers are chosen by the tests here, not by the path.
  ForwardTest() {
    downlink.undivided();
  }

  private Track one() {
    publisher.sizes.add(new Publisher.Size(0xA1, "", 65_500, 1000));
    return uplink.publish("v", Kind.VIDEO, List.of(VP8), List.of(), home);
  }

  private Track three() {
    publisher.sizes.add(new Publisher.Size(0xB1, "q", 65_530, 1000));
    publisher.sizes.add(new Publisher.Size(0xB2, "h", 10, 500_000));
    publisher.sizes.add(new Publisher.Size(0xB3, "f", 30_000, -70_000));
    return uplink.publish("v", Kind.VIDEO, List.of(VP8), List.of("q", "h", "f"), home);
  }

  private void give(byte[] packet) {
    byte[] received = new byte[packet.length + 100];
    System.arraycopy(packet, 0, received, 64, packet.length);
    uplink.receiveRtp(received, 64, packet.length, now);
  }

  /// One frame of every size.
  private void frame() {
    int packets = 2;
    for (Publisher.Size size : publisher.sizes) {
      publisher.frame(size, packets).forEach(this::give);
      packets += 2;
    }
    pass(FRAME);
  }

  private void pass(long nanos) {
    now += nanos;
    if (now - uplink.deadline() >= 0) {
      uplink.tick(now);
    }
    if (now - downlink.deadline(now) >= 0) {
      downlink.tick(now);
    }
  }

  private void frames(int count) {
    for (int i = 0; i < count; i++) {
      frame();
    }
  }

  private void miss(long... numbers) {
    RtcpWriter writer = new RtcpWriter();
    byte[] report = new byte[1000];
    writer.begin(report, 0, report.length);
    int[] sequences = new int[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      sequences[i] = (int) numbers[i] & 0xFFFF;
    }
    writer.nack(7, 0xD1, sequences, 0, sequences.length);
    downlink.receiveRtcp(report, 0, writer.length(), now);
  }

  private Subscription subscribe(Track track) {
    return downlink.subscribe(track.relay(), "2", 0xD1, 0xD2, VP8, now);
  }

  /// What a decoder demands: numbers without gaps, timestamps that rise, each picture whole and
  /// from one size, picture ids one after the other.
  private void assertDecodable() {
    assertThat(viewer.missing()).isEmpty();
    Viewer.Packet before = null;
    for (Viewer.Packet packet : viewer.byNumber.values()) {
      if (packet.parts() == 0) {
        continue;
      }
      if (before == null) {
        assertThat(packet.keyframe()).isTrue();
      } else if (packet.timestamp() == before.timestamp()) {
        assertThat(packet.part()).isEqualTo(before.part() + 1);
        assertThat(packet.source()).isEqualTo(before.source());
        assertThat(packet.pictureId()).isEqualTo(before.pictureId());
      } else {
        assertThat(packet.timestamp() - before.timestamp()).isPositive();
        assertThat(packet.part()).isZero();
        assertThat(before.part()).isEqualTo(before.parts() - 1);
        assertThat(before.marker()).isTrue();
        assertThat(packet.pictureId()).isEqualTo(before.pictureId() + 1 & 0x7FFF);
        if (packet.source() != before.source()) {
          assertThat(packet.keyframe()).isTrue();
          assertThat(packet.baseLayer()).isEqualTo(before.baseLayer() + 1 & 0xFF);
        }
      }
      before = packet;
    }
  }

  @Test
  void forwardsEveryPacketUnderItsOwnNumbersAcrossTheWrap() {
    subscribe(one());
    frames(60);
    assertThat(viewer.arrived).hasSize(120);
    assertDecodable();
  }

  @Test
  void packetsOfAFrameLeaveEquallyLong() {
    subscribe(one());
    publisher.frame(publisher.sizes.getFirst(), 8).forEach(this::give);
    assertThat(viewer.arrived)
        .extracting(Viewer.Packet::length)
        .containsOnly(viewer.arrived.getFirst().length());
    assertThat(viewer.arrived).extracting(Viewer.Packet::payloadLength).contains(603, 604);
  }

  @Test
  void whoComesLateSeesAPictureAtOnceFromTheLastKeyframe() {
    Track track = one();
    frames(10);
    subscribe(track);
    assertThat(viewer.arrived).hasSize(20);
    frames(5);
    assertDecodable();
    assertThat(publisher.sizes.getFirst().keyframes).isEqualTo(1);
  }

  @Test
  void whoComesLongAfterTheKeyframeAsksForOneAndOnlyOnce() {
    Track track = one();
    frames(90);
    subscribe(track);
    downlink.subscribe(track.relay(), "3", 0xD3, 0xD4, VP8, now);
    frames(1);
    assertThat(publisher.sizes.getFirst().keyframes).isEqualTo(2);
    frames(30);
    assertThat(publisher.sizes.getFirst().keyframes).isEqualTo(2);
  }

  @Test
  void aKeyframeStormReachesThePublisherTwiceASecond() {
    Track track = one();
    Subscription subscription = subscribe(track);
    for (int i = 0; i < 60; i++) {
      subscription.needKeyframe(now);
      frame();
    }
    assertThat(publisher.sizes.getFirst().keyframes).isBetween(3, 6);
    assertDecodable();
  }

  @Test
  void whoLosesThePictureAllTheTimeCostsTheOthersOneKeyframeInTwoSeconds() {
    Track track = one();
    Subscription subscription = subscribe(track);
    Subscription other = downlink.subscribe(track.relay(), "3", 0xD3, 0xD4, VP8, now);
    for (int i = 0; i < 60 * 30; i++) {
      subscription.needKeyframe(now);
      frame();
    }
    int before = publisher.sizes.getFirst().keyframes;
    assertThat(before).isBetween(30, 8 + 30 + 2);
    other.needKeyframe(now);
    frames(20);
    assertThat(publisher.sizes.getFirst().keyframes).as("who loses it once").isEqualTo(before + 1);
  }

  @Test
  void aLostPacketIsRepeatedFromThePublishersRing() {
    subscribe(one());
    frames(5);
    viewer.lose = 3;
    frames(10);
    long[] missing = viewer.missing();
    assertThat(missing).hasSize(3);
    miss(missing);
    pass(10_000_000L);
    pass(5_000_000L);
    assertDecodable();
    assertThat(viewer.arrived).extracting(Viewer.Packet::payloadType).contains(Publisher.RTX);
    int known = viewer.arrived.size();
    miss(missing);
    pass(5_000_000L);
    assertThat(viewer.arrived).as("asked again at once: not sent again").hasSize(known);
  }

  @Test
  void aNackStormCannotMakeUsSendMuchMoreThanWeForward() {
    subscribe(one());
    frames(100);
    int forwarded = viewer.arrived.size();
    for (int i = 0; i < 200; i++) {
      long[] all = new long[100];
      for (int n = 0; n < all.length; n++) {
        all[n] = 1 + n + forwarded - 100L;
      }
      miss(all);
      pass(10_000_000L);
    }
    assertThat(viewer.arrived.size() - forwarded).isLessThan(forwarded * 3);
  }

  @Test
  void aLossOnTheWayInIsAskedForAndFillsItsPlaceWhenItComes() {
    subscribe(one());
    frames(3);
    Publisher.Size size = publisher.sizes.getFirst();
    List<byte[]> frame = publisher.frame(size, 4);
    give(frame.get(0));
    give(frame.get(3));
    pass(60_000_000L);
    assertThat(publisher.nacked).hasSize(2);
    give(frame.get(2));
    give(frame.get(1));
    frames(3);
    assertDecodable();
  }

  @Test
  void aStrangersStreamIsCountedAndDropped() {
    subscribe(one());
    frames(2);
    long before = viewer.arrived.size();
    Publisher.Size stranger = new Publisher.Size(0xEE, "", 5, 5);
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[200];
    for (int ssrc = 1000; ssrc < 3000; ssrc++) {
      header.begin(packet, 0, 50, false, 1, 1, ssrc);
      header.bytes(1, "w".getBytes(StandardCharsets.UTF_8));
      header.end();
      give(packet);
    }
    assertThat(stranger.keyframes).isZero();
    assertThat(uplink.counters().unknown()).isEqualTo(2000);
    assertThat(viewer.arrived).hasSize((int) before);
  }

  @Test
  void anSsrcFloodUnderAKnownNameIsCapped() {
    subscribe(one());
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[200];
    for (int ssrc = 1000; ssrc < 3000; ssrc++) {
      header.begin(packet, 0, Publisher.VP8, false, 1, 1, ssrc);
      header.bytes(1, "v".getBytes(StandardCharsets.UTF_8));
      header.end();
      give(packet);
    }
    assertThat(uplink.counters().unknown()).isEqualTo(2000 - settings.streams());
  }

  @Test
  void simulcastGoesUpAndDownWithoutAGap() {
    Track track = three();
    Subscription subscription = subscribe(track);
    subscription.want(0, 7, 7, now);
    frames(20);
    assertThat(subscription.layer()).isZero();
    subscription.want(2, 7, 7, now);
    frames(20);
    assertThat(subscription.layer()).isEqualTo(2);
    subscription.want(1, 7, 7, now);
    frames(20);
    assertThat(subscription.layer()).isEqualTo(1);
    assertDecodable();
    assertThat(viewer.arrived).extracting(Viewer.Packet::source).contains(0xB1, 0xB2, 0xB3);
  }

  @Test
  void anotherTrackTakesThePlaceOfOneUnderTheSameNumbers() {
    Track first = one();
    Subscription subscription = subscribe(first);
    frames(20);
    publisher.sizes.add(new Publisher.Size(0xC1, "", 100, 7_000_000));
    Track other = uplink.publish("w", Kind.VIDEO, List.of(VP8), List.of(), home);
    uplink.announce(other, 0xC1, 0, now);
    frames(5);
    int before = viewer.arrived.size();
    downlink.follow(subscription, other.relay(), now);
    assertThat(first.relay().subscriptions()).isZero();
    frames(20);
    assertThat(viewer.arrived.subList(before, viewer.arrived.size()))
        .extracting(Viewer.Packet::source)
        .containsOnly(0xC1);
    // What was before is not here any more, so nothing else is repeated in its place.
    before = viewer.arrived.size();
    miss(viewer.arrived.getFirst().sequence() + 3);
    assertThat(viewer.arrived).hasSize(before);
    downlink.follow(subscription, first.relay(), now);
    frames(20);
    assertThat(viewer.arrived.getLast().source()).isEqualTo(0xA1);
    assertDecodable();
  }

  /// The first is the largest here, as OBS names them.
  @Test
  void sizesAreKnownByWhatTheyTakeNotByTheirOrder() {
    publisher.sizes.add(new Publisher.Size(0xB3, "0", 65_530, 1000));
    publisher.sizes.add(new Publisher.Size(0xB2, "1", 10, 500_000));
    publisher.sizes.add(new Publisher.Size(0xB1, "2", 30_000, -70_000));
    Track track = uplink.publish("v", Kind.VIDEO, List.of(VP8), List.of("0", "1", "2"), home);
    Subscription subscription = subscribe(track);
    subscription.want(0, 7, 7, now);
    int[] packets = {18, 6, 2};
    for (int i = 0; i < 180; i++) {
      for (int size = 0; size < 3; size++) {
        publisher.frame(publisher.sizes.get(size), packets[size]).forEach(this::give);
      }
      pass(FRAME);
      if (i == 150) {
        assertThat(viewer.arrived.getLast().source()).isEqualTo(0xB1);
        subscription.want(2, 7, 7, now);
      }
    }
    assertThat(viewer.arrived.getLast().source()).isEqualTo(0xB3);
    assertThat(subscription.layer()).isEqualTo(2);
    assertDecodable();
  }

  /// However much it is: nobody knows that there is no room.
  @Test
  void whoSaysNothingOfItsPathGetsAllTheSame() {
    Downlink silent = new Downlink(settings, Publisher.EXTENSIONS, viewer, now);
    silent.subscribe(one().relay(), "2", 0xD1, 0, VP8, now);
    for (int i = 0; i < 120; i++) {
      publisher.frame(publisher.sizes.getFirst(), 50).forEach(this::give);
      pass(FRAME);
      silent.tick(now);
    }
    assertThat(viewer.arrived).hasSizeGreaterThan(100 * 50);
    assertDecodable();
  }

  /// A browser measures its path with packets that were not lost.
  @Test
  void whatIsRepeatedWithoutNeedIsForwardedOnce() {
    Publisher.Size size = new Publisher.Size(0xA1, "", 65_500, 1000);
    publisher.sizes.add(size);
    Track track = uplink.publish("v", Kind.VIDEO, List.of(VP8), List.of(), home);
    uplink.announce(track, 0xA1, 0xA2, now);
    subscribe(track);
    for (int i = 0; i < 60; i++) {
      for (byte[] packet : publisher.frame(size, 2)) {
        give(packet);
        give(publisher.again(packet, 0xA2));
        give(publisher.again(packet, 0xA2));
      }
      pass(FRAME);
    }
    assertThat(viewer.arrived).hasSize(120);
    assertThat(uplink.counters().malformed()).isZero();
    assertDecodable();
  }

  /// An encoder of three sizes makes keyframes of all when one is asked for.
  @Test
  void keyframesOfOtherSizesPullNobodyAwayFromTheOneHeWants() {
    Track track = three();
    Subscription subscription = subscribe(track);
    subscription.want(1, 7, 7, now);
    frames(20);
    assertThat(subscription.layer()).isEqualTo(1);
    viewer.arrived.clear();
    for (int i = 0; i < 20; i++) {
      publisher.sizes.forEach(size -> size.keyframe = true);
      frames(3);
    }
    assertThat(viewer.arrived).extracting(Viewer.Packet::source).containsOnly(0xB2);
    assertDecodable();
  }

  @Test
  void sizesAreLaidOnTheSameClockWhenThePublisherToldIt() {
    Track track = three();
    Subscription subscription = subscribe(track);
    subscription.want(0, 7, 7, now);
    frames(5);
    for (Publisher.Size size : publisher.sizes) {
      byte[] report = publisher.report(size, 900_000_000_000L);
      uplink.receiveRtcp(report, 0, report.length, now);
    }
    subscription.want(2, 7, 7, now);
    frames(10);
    assertDecodable();
    List<Integer> steps = new ArrayList<>();
    Viewer.Packet before = null;
    for (Viewer.Packet packet : viewer.arrived) {
      if (before != null && before.timestamp() != packet.timestamp()) {
        steps.add(packet.timestamp() - before.timestamp());
      }
      before = packet;
    }
    // The same picture in another size comes as late as a timestamp can tell apart.
    assertThat(steps).containsOnly(3000, 1);
    assertThat(steps).containsOnlyOnce(1);
  }

  @Test
  void droppingTemporalLayersLeavesNoGapInNumbersOrPictures() {
    Track track = one();
    Subscription subscription = subscribe(track);
    frames(8);
    subscription.want(0, 7, 0, now);
    frames(40);
    assertThat(viewer.arrived.subList(16, viewer.arrived.size()))
        .extracting(Viewer.Packet::temporal)
        .containsOnly(0);
    subscription.want(0, 7, 2, now);
    frames(40);
    assertDecodable();
    long first = viewer.arrived.getFirst().sequence();
    assertThat(viewer.arrived.getLast().sequence() - first).isEqualTo(viewer.byNumber.size() - 1);
  }

  @Test
  void whoIsPausedGetsNothingAndComesBackWithAKeyframe() {
    Track track = one();
    Subscription subscription = subscribe(track);
    frames(8);
    subscription.want(-1, 0, 0, now);
    int before = viewer.arrived.size();
    frames(180);
    assertThat(viewer.arrived).hasSize(before);
    assertThat(wanted).containsExactly(-1);
    subscription.want(0, 7, 7, now);
    frames(30);
    assertThat(viewer.arrived.size()).isGreaterThan(before);
    assertDecodable();
  }

  @Test
  void aMutedTrackIsNotForwarded() {
    Track track = one();
    subscribe(track);
    frames(5);
    track.mute(true, now);
    frames(5);
    assertThat(viewer.arrived).hasSize(10);
  }

  @Test
  void thePublisherHearsWhatArrivedAndWhatIsWantedOfIt() {
    Track track = three();
    Subscription subscription = subscribe(track);
    subscription.want(1, 7, 7, now);
    frames(60);
    assertThat(publisher.feedbacks).isGreaterThan(7);
    assertThat(wanted).as("an encoder is not stopped for a moment").isEmpty();
    frames(120);
    assertThat(wanted).containsExactly(1);
    subscription.want(2, 7, 7, now);
    assertThat(wanted).containsExactly(1, 2);
    downlink.close(now);
    frames(160);
    assertThat(wanted).containsExactly(1, 2, -1);
    assertThat(track.relay().subscriptions()).isZero();
  }

  @Test
  void aReceiverReportTellsTheRoundTripAndASenderReportTheClock() {
    Track track = one();
    subscribe(track);
    frames(2);
    byte[] report = publisher.report(publisher.sizes.getFirst(), 900_000_000_000L);
    uplink.receiveRtcp(report, 0, report.length, now);
    frames(40);
    assertThat(viewer.reports).isNotEmpty();
  }

  @Test
  void aRelayElsewhereForwardsTheSame() {
    Track track = one();
    Parcel parcel = new Parcel();
    Relay elsewhere = track.relayElsewhere(track);
    track.add(
        new Track.Outlet() {
          @Override
          public void packet(Arrival packet, int layer, long now) {
            assertThat(parcel.add(packet, layer)).isTrue();
          }

          @Override
          public void senderReport(int layer, long ntp, int timestamp, long now) {
            elsewhere.senderReport(layer, ntp, timestamp, now);
          }

          @Override
          public void restarted(int layer, long now) {
            elsewhere.restarted(layer, now);
          }

          @Override
          public void asked(int layer, long now) {
            elsewhere.asked(layer, now);
          }
        },
        now);
    downlink.subscribe(elsewhere, "2", 0xD1, 0xD2, VP8, now);
    for (int i = 0; i < 60; i++) {
      frame();
      parcel.deliver(elsewhere, now);
    }
    assertThat(viewer.arrived).hasSize(120);
    assertDecodable();
  }

  @Test
  void soundGoesThroughWithItsLevel() {
    Track track = uplink.publish("a", Kind.AUDIO, List.of(OPUS), List.of(), home);
    downlink.subscribe(track.relay(), "1", 0xD5, 0, OPUS, now);
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[120];
    for (int i = 0; i < 100; i++) {
      header.begin(packet, 0, Publisher.OPUS, i == 0, 65_480 + i & 0xFFFF, i * 960, 0xC1);
      header.bytes(1, "a".getBytes(StandardCharsets.UTF_8));
      header.audioLevel(5, true, 30);
      header.end();
      give(packet);
      pass(20_000_000L);
    }
    assertThat(viewer.arrived).hasSize(100);
    assertThat(viewer.missing()).isEmpty();
    assertThat(track.loudness().speaking()).isTrue();
    assertThat(track.loudness().volume()).isBetween(96.0, 98.0);
  }

  private byte[] sound(int number, int timestamp, int level) {
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[120];
    header.begin(packet, 0, Publisher.OPUS, false, number & 0xFFFF, timestamp, 0xC1);
    header.bytes(1, "a".getBytes(StandardCharsets.UTF_8));
    header.audioLevel(5, true, level);
    header.end();
    return packet;
  }

  private void sounds(int first, int count) {
    for (int i = first; i < first + count; i++) {
      give(sound(65_480 + i, i * 960, 30));
      pass(20_000_000L);
    }
  }

  @Test
  void soundThatIsLeftOutForAWhileHasNoNumbersAndComesBackWithItsFirstSyllable() {
    Track track = uplink.publish("a", Kind.AUDIO, List.of(OPUS), List.of(), home);
    Subscription subscription = downlink.subscribe(track.relay(), "1", 0xD5, 0, OPUS, now);
    sounds(0, 50);
    subscription.hear(false, now);
    sounds(50, 100);
    assertThat(viewer.arrived).hasSize(50);
    subscription.hear(true, now);
    assertThat(viewer.arrived).hasSize(65);
    sounds(150, 50);
    assertThat(viewer.arrived).hasSize(115);
    assertThat(viewer.missing()).isEmpty();
    // On the publisher's clock as before: it is as if nothing had been sent in between.
    assertThat(viewer.arrived.get(50).timestamp() - viewer.arrived.get(49).timestamp())
        .isEqualTo((135 - 49) * 960);
    assertThat(viewer.arrived.getLast().timestamp() - viewer.arrived.getFirst().timestamp())
        .isEqualTo(199 * 960);
  }

  @Test
  void soundThatIsLeftOutOnlyForAMomentIsNotHeardTwice() {
    Track track = uplink.publish("a", Kind.AUDIO, List.of(OPUS), List.of(), home);
    Subscription subscription = downlink.subscribe(track.relay(), "1", 0xD5, 0, OPUS, now);
    sounds(0, 50);
    subscription.hear(false, now);
    sounds(50, 5);
    subscription.hear(true, now);
    sounds(55, 5);
    assertThat(viewer.arrived).hasSize(60);
    assertThat(viewer.missing()).isEmpty();
  }

  @Test
  void soundThatWasLeftOutFromTheBeginningBeginsWithItsFirstSyllable() {
    Track track = uplink.publish("a", Kind.AUDIO, List.of(OPUS), List.of(), home);
    Subscription subscription = downlink.subscribe(track.relay(), "1", 0xD5, 0, OPUS, now);
    subscription.hear(false, now);
    sounds(0, 50);
    assertThat(viewer.arrived).isEmpty();
    subscription.hear(true, now);
    assertThat(viewer.arrived).hasSize(15);
    sounds(50, 10);
    assertThat(viewer.missing()).isEmpty();
  }

  @Test
  void theSilenceOfASenderIsNoLoss() {
    Track track = uplink.publish("a", Kind.AUDIO, List.of(OPUS), List.of(), home);
    downlink.subscribe(track.relay(), "1", 0xD5, 0, OPUS, now);
    sounds(0, 20);
    // RFC 7587 section 3.1.3: numbers go on, timestamps leap.
    for (int i = 20; i < 30; i++) {
      pass(400_000_000L);
      give(sound(65_480 + i, (20 + (i - 19) * 20) * 960, 127));
    }
    assertThat(viewer.arrived).hasSize(30);
    assertThat(viewer.missing()).isEmpty();
    assertThat(uplink.counters().lossesAsked()).isZero();
    assertThat(track.loudness().speaking()).isFalse();
  }

  /// Loss, disorder and repetition on both sides, changing wishes: whatever happens, what the
  /// viewer has in the end can be decoded or is known to be missing.
  @RepeatedTest(30)
  void survivesLossDisorderAndChangingWishes(Seed seed) {
    RandomGenerator random = seed.random();
    Track track = three();
    Subscription subscription = subscribe(track);
    List<byte[]> late = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (random.nextInt(20) == 0) {
        subscription.want(random.nextInt(3), 7, random.nextInt(3), now);
      }
      List<byte[]> packets = new ArrayList<>(late);
      late.clear();
      for (Publisher.Size size : publisher.sizes) {
        packets.addAll(publisher.frame(size, 1 + random.nextInt(4)));
      }
      if (random.nextInt(4) == 0) {
        Collections.shuffle(packets, new java.util.Random(random.nextLong()));
      }
      for (byte[] packet : packets) {
        int fate = random.nextInt(100);
        if (fate < 3) {
          late.add(packet);
        } else {
          give(packet);
          if (fate < 5) {
            give(packet);
          }
        }
      }
      viewer.lose = random.nextInt(30) == 0 ? 1 : 0;
      pass(FRAME);
      long[] missing = viewer.missing();
      if (missing.length > 0 && missing.length < 60) {
        miss(missing);
      }
    }
    Viewer.Packet before = null;
    for (Viewer.Packet packet : viewer.byNumber.values()) {
      if (before != null && packet.parts() > 0 && packet.sequence() == before.sequence() + 1) {
        assertThat(packet.timestamp() - before.timestamp()).isNotNegative();
        if (packet.source() != before.source()) {
          assertThat(packet.keyframe()).isTrue();
        }
      }
      before = packet.parts() > 0 ? packet : null;
    }
    assertThat(viewer.missing().length).isLessThan(viewer.byNumber.size() / 10);
  }
}
