package dev.madang.room.forward;

import dev.madang.media.Av1Payload;
import dev.madang.media.Codec;
import dev.madang.media.DependencyDescriptor;
import dev.madang.media.DependencyStructure;
import dev.madang.media.H264Payload;
import dev.madang.media.H265Payload;
import dev.madang.media.Vp8Descriptor;
import dev.madang.media.Vp9Descriptor;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.Sequence;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads what forwarding needs to know out of a video payload: where frames begin and end, which
/// need no other, to which layers they belong. One a [Layer], since picture ids wrap, and since
/// what a keyframe tells of its layers holds until the next one.
final class FrameReader {
  private final Codec codec;
  private final Vp8Descriptor vp8 = new Vp8Descriptor();
  private final Vp9Descriptor vp9 = new Vp9Descriptor();
  private final H264Payload h264 = new H264Payload();
  private final H265Payload h265 = new H265Payload();
  private final Av1Payload av1 = new Av1Payload();
  private final DependencyDescriptor descriptor = new DependencyDescriptor();
  private @Nullable DependencyStructure structure;

  /// Lines of the spatial layers' pictures, 0 = not told.
  private final int[] heights = new int[Vp9Descriptor.MAX_SPATIAL_LAYERS];

  private Sequence.Unwrapper pictures = new Sequence.Unwrapper(15);
  private int lastTimestamp;
  private boolean begun;

  // Of AV1 with a descriptor: the number with which the temporal unit begins, and the numbers and
  // temporal layers of the frames before, `number << 3 | temporal`.
  private int unit;
  private final int[] frames = new int[REMEMBERED];

  FrameReader(Codec codec) {
    this.codec = codec;
    Arrays.fill(frames, UNKNOWN);
  }

  void reset() {
    pictures = new Sequence.Unwrapper(15);
    begun = false;
    structure = null;
    Arrays.fill(heights, 0);
    Arrays.fill(frames, UNKNOWN);
  }

  /// Fills in the arrival; false for a payload that is none of this codec.
  ///
  /// @param descriptorId of the dependency descriptor's header extension, 0 = none
  boolean read(RtpPacket packet, Arrival arrival, int descriptorId) {
    boolean newPicture = !begun || arrival.timestamp != lastTimestamp;
    begun = true;
    lastTimestamp = arrival.timestamp;
    if (descriptorId != 0 && packet.hasExtension(descriptorId)) {
      arrival.descriptor = packet.extensionOffset(descriptorId);
      arrival.descriptorLength = packet.extensionLength(descriptorId);
    }
    return switch (codec) {
      case VP8 -> readVp8(arrival);
      case VP9 -> readVp9(arrival);
      case AV1 -> readAv1(arrival, newPicture);
      case H264 -> {
        boolean fits = h264.read(arrival.bytes, arrival.payload, arrival.payloadLength);
        mark(arrival, newPicture, fits && h264.keyframe());
        arrival.height = fits ? h264.height() : 0;
        yield fits;
      }
      case H265 -> {
        boolean fits = h265.read(arrival.bytes, arrival.payload, arrival.payloadLength);
        mark(arrival, newPicture, fits && h265.keyframe());
        arrival.temporal = fits ? h265.temporalId() : 0;
        yield fits;
      }
      case OPUS, PCMU, PCMA, G722, RED, RTX -> false;
    };
  }

  private static void mark(Arrival arrival, boolean newPicture, boolean keyframe) {
    arrival.flags |=
        (newPicture ? Arrival.FRAME_START : 0)
            | (keyframe ? Arrival.KEYFRAME : 0)
            | (arrival.is(Arrival.MARKER) ? Arrival.FRAME_END : 0);
  }

  private boolean readVp8(Arrival arrival) {
    if (!vp8.read(arrival.bytes, arrival.payload, arrival.payloadLength)) {
      return false;
    }
    mark(arrival, vp8.startsFrame(), vp8.keyframe());
    arrival.temporal = Math.max(0, vp8.temporalId());
    if (vp8.layerSync() || vp8.keyframe()) {
      arrival.flags |= Arrival.TEMPORAL_SWITCH;
    }
    arrival.height = vp8.height();
    if (vp8.pictureId() >= 0) {
      arrival.picture = picture(vp8.pictureId(), vp8.pictureIdBits());
      arrival.baseLayer = vp8.tl0PicIdx();
    }
    return true;
  }

  private boolean readVp9(Arrival arrival) {
    if (!vp9.read(arrival.bytes, arrival.payload, arrival.payloadLength)) {
      return false;
    }
    arrival.temporal = Math.max(0, vp9.temporalId());
    arrival.spatial = Math.max(0, vp9.spatialId());
    arrival.flags |=
        (vp9.startsFrame() ? Arrival.FRAME_START : 0)
            | (vp9.endsFrame() ? Arrival.FRAME_END : 0)
            | (vp9.keyframe() ? Arrival.KEYFRAME : 0)
            | (vp9.switchingUp() || arrival.temporal == 0 ? Arrival.TEMPORAL_SWITCH : 0)
            | (vp9.interPicturePredicted() ? 0 : Arrival.SPATIAL_SWITCH);
    if (vp9.spatialLayers() > 0) {
      for (int i = 0; i < heights.length; i++) {
        heights[i] = vp9.height(i);
      }
    }
    arrival.height = height(arrival);
    return true;
  }

  private boolean readAv1(Arrival arrival, boolean newPicture) {
    if (!av1.read(arrival.bytes, arrival.payload, arrival.payloadLength)) {
      return false;
    }
    if (readDescriptor(arrival)) {
      arrival.temporal = descriptor.temporalId();
      arrival.spatial = descriptor.spatialId();
      mark(arrival, descriptor.startOfFrame(), av1.keyframe());
      arrival.flags |= descriptor.endOfFrame() ? Arrival.FRAME_END : 0;
      if (descriptor.startOfFrame()) {
        follow(arrival, newPicture);
      }
    } else {
      readAv1Layer(arrival);
      mark(arrival, newPicture, av1.keyframe());
      arrival.flags |= arrival.temporal == 0 ? Arrival.TEMPORAL_SWITCH : 0;
    }
    boolean alone = structure == null || structure.spatialLayers() == 1;
    int told = height(arrival);
    arrival.height = told == 0 && alone ? av1.height() : told;
    return true;
  }

  /// The descriptor tells of every packet, the payload only where a frame's OBU begins.
  private boolean readDescriptor(Arrival arrival) {
    if (!descriptor.read(arrival.bytes, arrival.descriptor, arrival.descriptorLength, structure)) {
      return false;
    }
    structure = descriptor.structure();
    if (descriptor.structureAttached() && structure != null) {
      for (int i = 0; i < heights.length; i++) {
        heights[i] = structure.height(i);
      }
    }
    return true;
  }

  /// From here a layer can be entered when the frame needs nothing that was left out before. A
  /// spatial layer was: then the frame may need its own temporal unit only, which is forwarded from
  /// below. Of a temporal layer everything above the lowest may have been.
  private void follow(Arrival arrival, boolean newPicture) {
    int number = descriptor.frameNumber();
    if (newPicture) {
      unit = number;
    }
    boolean spatial = true;
    boolean temporal = true;
    for (int i = 0; i < descriptor.references(); i++) {
      int needed = number - descriptor.difference(i) & 0xFFFF;
      if (descriptor.difference(i) > (number - unit & 0xFFFF)) {
        spatial = false;
        temporal &= frames[needed % REMEMBERED] == needed << 3;
      }
    }
    frames[number % REMEMBERED] = number << 3 | arrival.temporal;
    arrival.flags |=
        (spatial ? Arrival.SPATIAL_SWITCH : 0)
            | (temporal || arrival.temporal == 0 ? Arrival.TEMPORAL_SWITCH : 0);
  }

  private void readAv1Layer(Arrival arrival) {
    for (int i = 0; i < av1.elements(); i++) {
      int type = av1.type(i);
      if (type == Av1Payload.FRAME || type == Av1Payload.FRAME_HEADER) {
        arrival.temporal = Math.max(0, av1.temporalId(i));
        arrival.spatial = Math.max(0, av1.spatialId(i));
      }
    }
  }

  /// A keyframe tells how large every layer is, in the packet that begins it; each layer's packets
  /// come under their own number.
  private int height(Arrival arrival) {
    return arrival.is(Arrival.FRAME_START) ? heights[arrival.spatial] : 0;
  }

  private long picture(int id, int bits) {
    return bits == 15 ? pictures.unwrap(id) : Numbers.NONE;
  }

  /** Encoders refer to frames a few numbers back; what lies further is not entered by. */
  private static final int REMEMBERED = 64;

  private static final int UNKNOWN = -1;
}
