package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.Red;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Redundant sound (RFC 2198): taken in from whoever sends it, sent to whoever takes it.
@ExtendWith(Seeds.class)
class RedundancyTest {
  private static final int RED = 63;
  private static final int THEIR_RED = 121;
  private static final int THEIR_OPUS = 109;
  private static final Coding OPUS = new Coding(Publisher.OPUS, Codec.OPUS, -1);
  private static final Coding WRAPPED = new Coding(RED, Codec.RED, -1);

  /// Sound as a receiver gets it: the newest of what is in a packet, and how many are before it.
  private record Heard(int type, int number, int timestamp, int sound, int older) {}

  private final Settings settings = Settings.defaults("someone");
  private final List<Heard> heard = new ArrayList<>();

  /// All that a receiver can play, by when it was said.
  private final Map<Integer, Integer> playable = new TreeMap<>();

  private final Ear ear = new Ear();
  private long now = 5_000_000_000L;
  private final Uplink uplink = new Uplink(settings, Publisher.EXTENSIONS, 1, (_, _, _) -> {}, now);
  private final Downlink downlink = new Downlink(settings, Publisher.EXTENSIONS, ear, now);
  private final Track track =
      uplink.publish("a", Kind.AUDIO, List.of(OPUS, WRAPPED), List.of(), (_, _, _) -> {});
  private final Subscription subscription =
      downlink.subscribe(track.relay(), "1", 0xD5, 0, new Coding(THEIR_OPUS, Codec.OPUS, -1), now);

  private final class Ear implements Downlink.Output {
    private final RtpPacket view = new RtpPacket();
    private final Red red = new Red();
    RandomGenerator loses;

    @Override
    public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
      assertThat(view.read(bytes, offset, length)).isTrue();
      assertThat(view.headerLength()).isEqualTo(headerLength);
      int at = view.payloadOffset();
      int size = view.payloadLength();
      int older = 0;
      boolean lost = loses != null && loses.nextInt(5) == 0;
      if (view.payloadType() == THEIR_RED) {
        assertThat(red.read(bytes, at, size, THEIR_RED)).isTrue();
        older = red.blocks() - 1;
        for (int i = 0; i < older && !lost; i++) {
          assertThat(red.payloadType(i)).isEqualTo(THEIR_OPUS);
          assertThat(red.length(i)).isEqualTo(60);
          playable.put(view.timestamp() - red.age(i), sound(bytes, red.offset(i)));
        }
        at = red.offset(older);
        assertThat(red.length(older)).isEqualTo(60);
      } else {
        assertThat(view.payloadType()).isEqualTo(THEIR_OPUS);
        assertThat(size).isEqualTo(60);
      }
      if (!lost) {
        playable.put(view.timestamp(), sound(bytes, at));
      }
      heard.add(
          new Heard(
              view.payloadType(), view.sequence(), view.timestamp(), sound(bytes, at), older));
    }

    @Override
    public void sendRtcp(byte[] bytes, int offset, int length) {}
  }

  private static int sound(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 59] & 0xFF;
  }

  private static void sound(byte[] packet, int at, int which) {
    packet[at] = (byte) (which >> 8);
    packet[at + 59] = (byte) which;
  }

  /// The packet of this number, with so many before it along.
  private byte[] packet(int which, int older) {
    RtpHeaderWriter header = new RtpHeaderWriter();
    byte[] packet = new byte[600];
    header.begin(
        packet, 0, older < 0 ? Publisher.OPUS : RED, false, which & 0xFFFF, which * 960, 0xC1);
    header.bytes(1, "a".getBytes(StandardCharsets.UTF_8));
    header.audioLevel(5, true, 30);
    int at = header.end();
    for (int back = older; back > 0; back--) {
      at = Red.writeOlder(packet, at, Publisher.OPUS, back * 960, 60);
    }
    if (older >= 0) {
      at = Red.writeNewest(packet, at, Publisher.OPUS);
    }
    for (int back = Math.max(0, older); back >= 0; back--) {
      sound(packet, at, which - back);
      at += 60;
    }
    return Arrays.copyOf(packet, at);
  }

  private void give(byte[] packet) {
    byte[] received = new byte[packet.length + 100];
    System.arraycopy(packet, 0, received, 64, packet.length);
    uplink.receiveRtp(received, 64, packet.length, now);
    now += 20_000_000L;
  }

  private void report(double loss) {
    RtcpWriter writer = new RtcpWriter();
    byte[] report = new byte[200];
    writer.begin(report, 0, report.length);
    writer.receiverReport(7);
    writer.reportBlock(0xD5, (int) (loss * 256), 0, 0, 0, 0, 0);
    downlink.receiveRtcp(report, 0, writer.length(), now);
  }

  @Test
  void whoTakesNoRedundancyGetsPlainSound() {
    for (int i = 1000; i < 1050; i++) {
      give(packet(i, 1));
    }
    assertThat(heard).hasSize(50).extracting(Heard::type).containsOnly(THEIR_OPUS);
    for (int i = 0; i < 50; i++) {
      assertThat(heard.get(i).sound()).isEqualTo((1000 + i) & 0xFFFF);
    }
    assertThat(track.loudness().speaking()).isTrue();
    assertThat(track.bytes(0)).as("what came, twice as it was").isGreaterThan(50 * 2 * 60);
  }

  @Test
  void whatGetsLostOnTheWayInComesByTheNextPacketAndOnlyOnce() {
    for (int i = 1000; i < 1100; i++) {
      if (i % 5 != 3) {
        give(packet(i, 1));
      }
    }
    give(packet(1008, 1));
    assertThat(heard).hasSize(100);
    assertThat(uplink.counters().recovered()).isEqualTo(20);
    for (int i = 0; i < 100; i++) {
      assertThat(heard.get(i).sound()).isEqualTo((1000 + i) & 0xFFFF);
      assertThat(heard.get(i).number() - heard.getFirst().number()).isEqualTo(i);
      assertThat(heard.get(i).timestamp() - heard.getFirst().timestamp()).isEqualTo(i * 960);
    }
  }

  @Test
  void plainAndRedundantPacketsMayCross() {
    for (int i = 1000; i < 1100; i++) {
      give(packet(i, i % 3 - 1));
    }
    assertThat(heard).hasSize(100);
    assertThat(uplink.counters().malformed()).isZero();
  }

  @Test
  void aPacketWhoseLengthsLieIsDropped() {
    give(packet(1000, 1));
    byte[] lies = packet(1001, 1);
    // The length of the older block.
    lies[lies.length - 122] = (byte) 0xFF;
    lies[lies.length - 123] |= 3;
    give(lies);
    assertThat(heard).hasSize(1);
    assertThat(uplink.counters().malformed()).isEqualTo(1);
  }

  @Test
  void whoTakesItGetsItWhileMuchIsLostAndPlainSoundOtherwise() {
    subscription.redundant(THEIR_RED);
    for (int i = 1000; i < 1010; i++) {
      give(packet(i, -1));
    }
    assertThat(heard).extracting(Heard::type).containsOnly(THEIR_OPUS);
    report(0.05);
    heard.clear();
    for (int i = 1010; i < 1020; i++) {
      give(packet(i, -1));
    }
    assertThat(heard).extracting(Heard::type).containsOnly(THEIR_RED);
    assertThat(heard).extracting(Heard::older).containsOnly(1);
    report(0.2);
    heard.clear();
    give(packet(1020, -1));
    assertThat(heard.getFirst().older()).isEqualTo(2);
    report(0);
    heard.clear();
    for (int i = 1021; i < 1021 + 50 * 25; i++) {
      give(packet(i, -1));
    }
    assertThat(heard.getLast().type()).isEqualTo(THEIR_OPUS);
    for (int i = 0; i < heard.size(); i++) {
      assertThat(heard.get(i).sound()).isEqualTo(1021 + i & 0xFFFF);
    }
  }

  @RepeatedTest(10)
  void ofAFifthThatIsLostOneInAHundredIsMissed(Seed seed) {
    subscription.redundant(THEIR_RED);
    ear.loses = seed.random();
    for (int i = 1000; i < 3000; i++) {
      if (i % 50 == 0) {
        report(0.2);
      }
      give(packet(i, -1));
    }
    assertThat(playable.size()).isBetween(1950, 2000);
    playable.forEach((timestamp, sound) -> assertThat(sound).isEqualTo(soundOf(timestamp)));
  }

  private int soundOf(int timestamp) {
    return 1000 + (timestamp - heard.getFirst().timestamp()) / 960 & 0xFFFF;
  }
}
