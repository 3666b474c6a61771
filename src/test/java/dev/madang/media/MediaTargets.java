package dev.madang.media;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: each reader of payloads by itself, guided by what it has
/// run through.
class MediaTargets {
  @MethodSource("seeds")
  @FuzzTest
  void vp8(byte[] bytes) {
    Vp8Descriptor vp8 = new Vp8Descriptor();
    if (vp8.read(bytes, 0, bytes.length)) {
      assertThat(vp8.descriptorLength()).isBetween(1, bytes.length - 1);
      vp8.keyframe();
      assertThat(vp8.width() + vp8.height()).isNotNegative();
      vp8.rewrite(bytes.clone(), 0, vp8.pictureId() + 1, vp8.tl0PicIdx() + 1);
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void vp9(byte[] bytes) {
    Vp9Descriptor vp9 = new Vp9Descriptor();
    if (vp9.read(bytes, 0, bytes.length)) {
      assertThat(vp9.descriptorLength()).isBetween(1, bytes.length - 1);
      assertThat(vp9.spatialLayers()).isBetween(0, 8);
      vp9.keyframe();
      vp9.rewrite(bytes.clone(), 0, vp9.pictureId() + 1, vp9.tl0PicIdx() + 1);
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void av1(byte[] bytes) {
    Av1Payload av1 = new Av1Payload();
    if (av1.read(bytes, 0, bytes.length)) {
      for (int i = 0; i < av1.elements(); i++) {
        assertThat(av1.offset(i) + av1.length(i)).isLessThanOrEqualTo(bytes.length);
        av1.temporalId(i);
      }
      av1.keyframe();
    }
    new Av1Sequence().read(bytes, 0, bytes.length);
  }

  @MethodSource("descriptors")
  @FuzzTest
  void dependencyDescriptor(byte[] bytes) {
    // The first half has the structure that the second relies on.
    DependencyDescriptor descriptor = new DependencyDescriptor();
    int half = bytes.length / 2;
    DependencyStructure structure =
        descriptor.read(bytes, 0, half, null) ? descriptor.structure() : null;
    if (descriptor.read(bytes, half, bytes.length - half, structure)) {
      byte[] out = new byte[bytes.length + 8];
      int length = descriptor.rewrite(out, 0, descriptor.frameNumber(), 1);
      assertThat(descriptor.read(out, 0, length, descriptor.structure())).isTrue();
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void h264(byte[] bytes) {
    H264Payload h264 = new H264Payload();
    if (h264.read(bytes, 0, bytes.length)) {
      h264.keyframe();
      h264.idr();
      h264.endsUnit();
    }
    new H264Sequence().read(bytes, 0, bytes.length);
    for (byte[] unit : AnnexB.split(bytes)) {
      assertThat(unit).isNotEmpty();
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void h265(byte[] bytes) {
    H265Payload h265 = new H265Payload();
    if (h265.read(bytes, 0, bytes.length)) {
      h265.keyframe();
      h265.endsUnit();
      assertThat(h265.temporalId()).isBetween(0, 6);
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void opus(byte[] bytes) {
    OpusPacket opus = new OpusPacket();
    if (opus.read(bytes, 0, bytes.length)) {
      assertThat(opus.samples()).isBetween(120, 5760);
    }
  }

  static List<byte[]> seeds() {
    return MediaFuzzTest.PAYLOADS;
  }

  static List<byte[]> descriptors() {
    // Twice: with its structure, and relying on it.
    return MediaFuzzTest.DESCRIPTORS.stream()
        .map(bytes -> Arrays.copyOf(bytes, 2 * bytes.length))
        .toList();
  }
}
