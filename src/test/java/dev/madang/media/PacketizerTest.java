package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class PacketizerTest {
  private final List<byte[]> packets = new ArrayList<>();
  private final List<Frame> frames = new ArrayList<>();
  private final RtpPacket view = new RtpPacket();
  private int sequence = 0xFFF0;

  @Test
  void aggregatesSmallUnitsAndFragmentsLargeOnes() {
    Frame.H264 frame =
        new Frame.H264(
            9000,
            List.of(hex("6742C01E"), hex("68CE3C80"), hex("65" + "88".repeat(30)), hex("0605")));
    List<String> payloads = new ArrayList<>();
    new H264Packetizer(20)
        .packetize(
            frame,
            (bytes, offset, length, last) ->
                payloads.add(Bytes.copyOf(bytes, offset, length) + (last ? "." : "")));

    assertThat(payloads)
        .containsExactly(
            "7800046742c01e000468ce3c80",
            "7c85" + "88".repeat(18),
            "7c45" + "88".repeat(12),
            "0605.");
    assertThat(frame.keyframe()).isTrue();
  }

  @RepeatedTest(50)
  void accessUnitsComeOutAsTheyWentIn(Seed seed) {
    RandomGenerator random = seed.random();
    H264Packetizer packetizer = new H264Packetizer(random.nextInt(16, 1200));
    List<Frame.H264> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      List<byte[]> units = new ArrayList<>();
      for (int n = random.nextInt(1, 5); n > 0; n--) {
        byte[] unit = new byte[random.nextInt(1, random.nextBoolean() ? 20 : 3000)];
        random.nextBytes(unit);
        unit[0] = (byte) (random.nextInt(4) << 5 | random.nextInt(1, 24));
        units.add(unit);
      }
      Frame.H264 frame = new Frame.H264(0x1_FFFF_F000L + i * 3000L, units);
      sent.add(frame);
      packetizer.packetize(frame, packets(frame));
    }
    H264Depacketizer depacketizer = new H264Depacketizer(frames::add);
    packets.forEach(packet -> depacketizer.receive(read(packet)));

    assertThat(depacketizer.broken()).isZero();
    assertThat(frames).hasSize(10);
    for (int i = 0; i < 10; i++) {
      assertThat(frames.get(i).timestamp()).isEqualTo(sent.get(i).timestamp());
      assertThat(bytes(((Frame.H264) frames.get(i)).units())).isEqualTo(bytes(sent.get(i).units()));
    }
  }

  @RepeatedTest(50)
  void picturesComeOutAsTheyWentIn(Seed seed) {
    RandomGenerator random = seed.random();
    Vp8Packetizer packetizer = new Vp8Packetizer(random.nextInt(16, 1200), 0x7FFE);
    List<Bytes> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      byte[] picture = new byte[random.nextInt(1, 5000)];
      random.nextBytes(picture);
      Frame.Vp8 frame = new Frame.Vp8(i * 3000L, picture);
      sent.add(Bytes.of(picture));
      packetizer.packetize(frame, packets(frame));
    }
    Vp8Depacketizer depacketizer = new Vp8Depacketizer(frames::add);
    packets.forEach(packet -> depacketizer.receive(read(packet)));

    assertThat(depacketizer.broken()).isZero();
    assertThat(frames.stream().map(frame -> Bytes.of(((Frame.Vp8) frame).picture())))
        .isEqualTo(sent);
  }

  /** With loss, what comes out is some of what went in, whole, and the rest is counted. */
  @RepeatedTest(100)
  void noFrameIsMadeOfPartsOfItself(Seed seed) {
    RandomGenerator random = seed.random();
    H264Packetizer h264 = new H264Packetizer(100);
    Vp8Packetizer vp8 = new Vp8Packetizer(100, 5);
    List<List<Bytes>> sent = new ArrayList<>();
    boolean pictures = random.nextBoolean();
    for (int i = 0; i < 50; i++) {
      byte[] data = new byte[random.nextInt(1, 600)];
      random.nextBytes(data);
      data[0] = 0x41;
      sent.add(bytes(List.of(data)));
      if (pictures) {
        Frame.Vp8 frame = new Frame.Vp8(i, data);
        vp8.packetize(frame, packets(frame));
      } else {
        Frame.H264 frame = new Frame.H264(i, List.of(data));
        h264.packetize(frame, packets(frame));
      }
    }
    H264Depacketizer fromH264 = new H264Depacketizer(frames::add);
    Vp8Depacketizer fromVp8 = new Vp8Depacketizer(frames::add);
    for (byte[] packet : packets) {
      if (random.nextInt(10) == 0) {
        continue;
      }
      for (int copies = random.nextInt(10) == 0 ? 2 : 1; copies > 0; copies--) {
        if (pictures) {
          fromVp8.receive(read(packet));
        } else {
          fromH264.receive(read(packet));
        }
      }
    }
    List<List<Bytes>> received = frames.stream().map(PacketizerTest::content).toList();
    assertThat(sent).containsAll(received);
    assertThat(received).isNotEmpty().hasSizeLessThan(50).doesNotHaveDuplicates();
    assertThat(fromVp8.broken() + fromH264.broken()).isBetween(1L, 50L - received.size());
  }

  @Test
  void aFrameEndsWithItsTimestampWhereTheMarkerIsMissing() {
    for (int i = 0; i < 3; i++) {
      packets.add(packet(hex("4101"), i * 3000, false));
    }
    H264Depacketizer depacketizer = new H264Depacketizer(frames::add);
    packets.forEach(packet -> depacketizer.receive(read(packet)));

    assertThat(frames).hasSize(2);
  }

  @Test
  void paddingBetweenFramesChangesNothing() {
    packets.add(packet(hex("4101"), 0, true));
    packets.add(packet(new byte[0], 0, false));
    packets.add(packet(hex("4102"), 3000, true));
    H264Depacketizer depacketizer = new H264Depacketizer(frames::add);
    packets.forEach(packet -> depacketizer.receive(read(packet)));

    assertThat(frames).hasSize(2);
    assertThat(depacketizer.broken()).isZero();
  }

  @Test
  void fragmentsThatDoNotFitTogetherMakeNoFrame() {
    for (String[] payloads :
        new String[][] {
          {"7C0588"}, {"7C8588", "7C8588", "7C4588"}, {"7C8588", "4101"}, {"7C8588"}, {"E588"},
        }) {
      for (int i = 0; i < payloads.length; i++) {
        packets.add(packet(hex(payloads[i]), packets.size(), i == payloads.length - 1));
      }
    }
    H264Depacketizer depacketizer = new H264Depacketizer(frames::add);
    packets.forEach(packet -> depacketizer.receive(read(packet)));

    assertThat(frames.stream().map(PacketizerTest::content).toList())
        .containsExactly(List.of(Bytes.of(hex("4101"))));
  }

  @Test
  void startCodesComeOffAndOnAgain() {
    byte[] stream = hex("00 000001 6742 00000001 68CE 0000 000001 000001 65888000000300");

    List<byte[]> units = AnnexB.split(stream);
    assertThat(bytes(units))
        .containsExactly(
            Bytes.of(hex("6742")), Bytes.of(hex("68CE")), Bytes.of(hex("658880000003")));
    assertThat(bytes(AnnexB.split(AnnexB.join(units)))).isEqualTo(bytes(units));
    assertThat(AnnexB.split(new byte[9])).isEmpty();
    assertThat(AnnexB.split(hex("000001"))).isEmpty();
  }

  @Test
  void aFrameIsNeverEmpty() {
    assertThatThrownBy(() -> new Frame.Opus(0, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Frame.Vp8(0, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Frame.H264(0, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Frame.H264(0, List.of(new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Frame.Opus(0, new byte[1]).codec()).isEqualTo(Codec.OPUS);
  }

  private Payloads packets(Frame frame) {
    return (bytes, offset, length, last) ->
        packets.add(
            packet(
                Arrays.copyOfRange(bytes, offset, offset + length), (int) frame.timestamp(), last));
  }

  private byte[] packet(byte[] payload, int timestamp, boolean marker) {
    byte[] out = new byte[12 + payload.length];
    RtpHeaderWriter writer = new RtpHeaderWriter();
    byte[] header = new byte[16];
    writer.begin(header, 0, 96, marker, sequence++ & 0xFFFF, timestamp, 7);
    System.arraycopy(header, 0, out, 0, writer.end());
    System.arraycopy(payload, 0, out, 12, payload.length);
    return out;
  }

  private RtpPacket read(byte[] packet) {
    assertThat(view.read(packet, 0, packet.length)).isTrue();
    return view;
  }

  private static List<Bytes> content(Frame frame) {
    return switch (frame) {
      case Frame.H264 h264 -> bytes(h264.units());
      case Frame.Vp8 vp8 -> bytes(List.of(vp8.picture()));
      case Frame.Opus opus -> bytes(List.of(opus.packet()));
    };
  }

  private static List<Bytes> bytes(List<byte[]> arrays) {
    return arrays.stream().map(Bytes::of).toList();
  }
}
