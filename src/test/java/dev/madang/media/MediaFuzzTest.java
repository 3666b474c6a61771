package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every reader of payloads meets any bytes at all, at the very end of their array. */
class MediaFuzzTest {
  private final Vp8Descriptor vp8 = new Vp8Descriptor();
  private final Vp9Descriptor vp9 = new Vp9Descriptor();
  private final Av1Payload av1 = new Av1Payload();
  private final H264Payload h264 = new H264Payload();
  private final H265Payload h265 = new H265Payload();
  private final OpusPacket opus = new OpusPacket();
  private final DependencyDescriptor descriptor = new DependencyDescriptor();
  private @Nullable DependencyStructure structure;

  @Test
  void readsAnyPayloadOrSaysThatItIsNone() {
    Fuzz.each(
        200,
        seed -> {
          RandomGenerator random = seed.random();
          for (int i = 0; i < 100; i++) {
            byte[] whole = PAYLOADS.get(random.nextInt(PAYLOADS.size()));
            read(random.nextInt(20) == 0 ? noise(random) : Fuzz.mutate(whole, random));
          }
        });
  }

  private void read(byte[] bytes) {
    int offset = 2;
    byte[] shifted = new byte[offset + bytes.length];
    System.arraycopy(bytes, 0, shifted, offset, bytes.length);
    int length = bytes.length;
    if (vp8.read(shifted, offset, length)) {
      assertThat(vp8.descriptorLength()).isBetween(1, length - 1);
      vp8.keyframe();
      assertThat(vp8.width() + vp8.height()).isNotNegative();
      vp8.rewrite(shifted.clone(), offset, vp8.pictureId() + 1, vp8.tl0PicIdx() + 1);
    }
    if (vp9.read(shifted, offset, length)) {
      assertThat(vp9.descriptorLength()).isBetween(1, length - 1);
      assertThat(vp9.spatialLayers()).isBetween(0, 8);
      vp9.keyframe();
      vp9.rewrite(shifted.clone(), offset, vp9.pictureId() + 1, vp9.tl0PicIdx() + 1);
    }
    if (av1.read(shifted, offset, length)) {
      for (int i = 0; i < av1.elements(); i++) {
        assertThat(av1.offset(i) + av1.length(i)).isLessThanOrEqualTo(shifted.length);
        av1.temporalId(i);
      }
      av1.keyframe();
    }
    if (h264.read(shifted, offset, length)) {
      h264.keyframe();
      h264.idr();
      h264.endsUnit();
    }
    if (h265.read(shifted, offset, length)) {
      h265.keyframe();
      h265.endsUnit();
      assertThat(h265.temporalId()).isBetween(0, 6);
    }
    if (opus.read(shifted, offset, length)) {
      assertThat(opus.samples()).isBetween(120, 5760);
    }
  }

  @Test
  void readsAnyDependencyDescriptorOrSaysThatItIsNone() {
    Fuzz.each(300, this::readDescriptors);
  }

  private void readDescriptors(Seed seed) {
    RandomGenerator random = seed.random();
    structure = null;
    for (int i = 0; i < 100; i++) {
      byte[] whole = DESCRIPTORS.get(random.nextInt(DESCRIPTORS.size()));
      byte[] bytes = random.nextInt(3) == 0 ? whole : Fuzz.mutate(whole, random);
      if (!descriptor.read(bytes, 0, bytes.length, structure)) {
        continue;
      }
      structure = descriptor.structure();
      String before = told();
      byte[] out = new byte[bytes.length + 8];
      int length = descriptor.rewrite(out, 0, descriptor.frameNumber(), 1);
      assertThat(descriptor.read(out, 0, length, structure)).isTrue();
      assertThat(told()).isEqualTo(before);
    }
  }

  private String told() {
    StringBuilder text = new StringBuilder();
    text.append(descriptor.spatialId()).append(descriptor.temporalId()).append(' ');
    for (int i = 0; i < descriptor.references(); i++) {
      assertThat(descriptor.difference(i)).isBetween(1, 4096);
      text.append(descriptor.difference(i)).append(' ');
    }
    for (int i = 0; i < structure.targets(); i++) {
      assertThat(structure.protector(i)).isBetween(0, Math.max(structure.chains() - 1, 0));
      text.append(descriptor.indication(i));
    }
    for (int i = 0; i < structure.chains(); i++) {
      text.append(' ').append(descriptor.chainDifference(i));
    }
    return text.toString();
  }

  @Test
  void depacketizersTakeAnyPacketsInAnyOrder() {
    Fuzz.each(
        100,
        seed -> {
          RandomGenerator random = seed.random();
          H264Depacketizer fromH264 = new H264Depacketizer(Frame::keyframe);
          Vp8Depacketizer fromVp8 = new Vp8Depacketizer(Frame::keyframe);
          RtpPacket packet = new RtpPacket();
          for (int i = 0; i < 200; i++) {
            byte[] payload = PAYLOADS.get(random.nextInt(PAYLOADS.size()));
            byte[] mutated = random.nextBoolean() ? payload : Fuzz.mutate(payload, random);
            byte[] bytes = new byte[12 + mutated.length];
            System.arraycopy(mutated, 0, bytes, 12, mutated.length);
            bytes[0] = (byte) 0x80;
            bytes[1] = (byte) (random.nextInt(3) == 0 ? 0xE0 : 0x60);
            bytes[3] = (byte) (random.nextInt(10) == 0 ? random.nextInt() : i);
            bytes[7] = (byte) (i / 3);
            assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
            fromH264.receive(packet);
            fromVp8.receive(packet);
          }
        });
  }

  @Test
  void splitsAnyByteStream() {
    Fuzz.each(
        300,
        seed -> {
          RandomGenerator random = seed.random();
          byte[] stream = new byte[random.nextInt(60)];
          for (int i = 0; i < stream.length; i++) {
            stream[i] = (byte) random.nextInt(3);
          }
          for (byte[] unit : AnnexB.split(stream)) {
            assertThat(unit).isNotEmpty();
            assertThat(unit[unit.length - 1]).isNotZero();
          }
        });
  }

  private static byte[] noise(RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return bytes;
  }

  static final List<byte[]> PAYLOADS =
      Arrays.stream(
              new String[] {
                "90F092347BA7100000 9D012A 80026801 AABB",
                "90805500",
                "AA8001100738014000B40280016803000801 4C010203FF",
                "F52253050 4FF",
                "28030A01023448AABB",
                "4001108200 0A010130",
                "78000267420002 68CE",
                "7C8588AABB",
                "7C4588",
                "6588AABB",
                "600100034001010003420101",
                "620193AF",
                "2601AF",
                "E330AABBCC",
                "FDAABBCCDD"
              })
          .map(Bits::hex)
          .toList();

  static final List<byte[]> DESCRIPTORS =
      List.of(
          DescriptorWriter.l1t2().withStructure(0, 1, true, true),
          DescriptorWriter.l2t1().withStructure(0, 9, true, false),
          DescriptorWriter.l2t1().plain(3, 10, true, true),
          hex("86017340fc"),
          hex(
              "c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040"
                  + "001d954926e082b04a0941b820ac1282503157f974000ca864330e222222eca8655304224230ec"
                  + "a87753007 7004200ef008601df010d"));
}
