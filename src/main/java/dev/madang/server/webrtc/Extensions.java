package dev.madang.server.webrtc;

import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.sdp.Extension;
import java.util.List;

/// The header extensions that we understand, under the ids of our own offers.
final class Extensions {
  private Extensions() {}

  static final List<Extension> OF_AUDIO =
      List.of(
          new Extension(1, HeaderExtension.AUDIO_LEVEL.uri()),
          new Extension(2, HeaderExtension.ABSOLUTE_SEND_TIME.uri()),
          new Extension(3, HeaderExtension.TRANSPORT_SEQUENCE.uri()),
          new Extension(4, HeaderExtension.MID.uri()));

  static final List<Extension> OF_VIDEO =
      List.of(
          new Extension(2, HeaderExtension.ABSOLUTE_SEND_TIME.uri()),
          new Extension(3, HeaderExtension.TRANSPORT_SEQUENCE.uri()),
          new Extension(4, HeaderExtension.MID.uri()),
          new Extension(10, HeaderExtension.RID.uri()),
          new Extension(11, HeaderExtension.REPAIRED_RID.uri()),
          new Extension(12, HeaderExtension.DEPENDENCY_DESCRIPTOR.uri()),
          new Extension(13, HeaderExtension.VIDEO_ORIENTATION.uri()));
}
