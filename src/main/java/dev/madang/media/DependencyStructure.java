package dev.madang.media;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The templates that dependency descriptors refer to (AV1 RTP payload format 1.0, appendix A.8.2):
/// which layers there are, what decode targets need, how frames chain. A value; a sender attaches
/// it to the first packet of a keyframe, and it holds until the next one.
public final class DependencyStructure {
  /** Template ids have six bits. */
  public static final int MAX_TEMPLATES = 64;

  /** Five bits of count. */
  public static final int MAX_TARGETS = 32;

  /** More references than any encoder keeps for a frame. */
  public static final int MAX_REFERENCES = 16;

  /** What a frame is to a decode target. */
  public static final int NOT_PRESENT = 0;

  public static final int DISCARDABLE = 1;
  public static final int SWITCH = 2;
  public static final int REQUIRED = 3;

  private final int idOffset;
  private final int targets;
  private int templates;
  private int chains;
  private int spatialLayers;
  private final byte[] spatialIds = new byte[MAX_TEMPLATES];
  private final byte[] temporalIds = new byte[MAX_TEMPLATES];
  private byte[] indications = {};
  private byte[][] differences = {};
  private final byte[] protectors = new byte[MAX_TARGETS];
  private byte[] chainDifferences = {};
  private final byte[] targetSpatialIds = new byte[MAX_TARGETS];
  private final byte[] targetTemporalIds = new byte[MAX_TARGETS];
  private int[] widths = {};
  private int[] heights = {};

  private DependencyStructure(int idOffset, int targets) {
    this.idOffset = idOffset;
    this.targets = targets;
  }

  /** Reads a structure; null when it does not hold together. */
  static @Nullable DependencyStructure read(BitReader bits) {
    DependencyStructure structure = new DependencyStructure(bits.read(6), bits.read(5) + 1);
    boolean read =
        structure.readLayers(bits)
            && structure.readIndications(bits)
            && structure.readDifferences(bits)
            && structure.readChains(bits);
    if (!read) {
      return null;
    }
    structure.findTargetLayers();
    structure.readResolutions(bits);
    return bits.overrun() ? null : structure;
  }

  /// Each template is in the layer of the one before, one temporal layer up, or in the lowest of
  /// the next spatial layer; 3 ends the list.
  private boolean readLayers(BitReader bits) {
    int spatial = 0;
    int temporal = 0;
    int next;
    do {
      if (templates == MAX_TEMPLATES || temporal > 7 || spatial > 3) {
        return false;
      }
      spatialIds[templates] = (byte) spatial;
      temporalIds[templates++] = (byte) temporal;
      next = bits.read(2);
      if (next == 1) {
        temporal++;
      } else if (next == 2) {
        temporal = 0;
        spatial++;
      }
    } while (next != 3 && !bits.overrun());
    spatialLayers = spatial + 1;
    return !bits.overrun();
  }

  private boolean readIndications(BitReader bits) {
    if (bits.left() < 2 * templates * targets) {
      return false;
    }
    indications = new byte[templates * targets];
    for (int i = 0; i < indications.length; i++) {
      indications[i] = (byte) bits.read(2);
    }
    return true;
  }

  private boolean readDifferences(BitReader bits) {
    byte[] found = new byte[MAX_REFERENCES];
    differences = new byte[templates][];
    for (int template = 0; template < templates; template++) {
      int count = 0;
      while (bits.flag()) {
        if (count == MAX_REFERENCES) {
          return false;
        }
        found[count++] = (byte) (bits.read(4) + 1);
      }
      differences[template] = Arrays.copyOf(found, count);
    }
    return !bits.overrun();
  }

  private boolean readChains(BitReader bits) {
    chains = bits.nonSymmetric(targets + 1);
    if (chains == 0) {
      return !bits.overrun();
    }
    for (int target = 0; target < targets; target++) {
      protectors[target] = (byte) bits.nonSymmetric(chains);
    }
    if (bits.left() < 4 * templates * chains) {
      return false;
    }
    chainDifferences = new byte[templates * chains];
    for (int i = 0; i < chainDifferences.length; i++) {
      chainDifferences[i] = (byte) bits.read(4);
    }
    return !bits.overrun();
  }

  /** A target's layer is the highest of all templates that are present in it. */
  private void findTargetLayers() {
    for (int target = 0; target < targets; target++) {
      for (int template = 0; template < templates; template++) {
        if (indication(template, target) != NOT_PRESENT) {
          targetSpatialIds[target] =
              (byte) Math.max(targetSpatialIds[target], spatialIds[template]);
          targetTemporalIds[target] =
              (byte) Math.max(targetTemporalIds[target], temporalIds[template]);
        }
      }
    }
  }

  private void readResolutions(BitReader bits) {
    if (!bits.flag()) {
      return;
    }
    widths = new int[spatialLayers];
    heights = new int[spatialLayers];
    for (int i = 0; i < spatialLayers; i++) {
      widths[i] = bits.read(16) + 1;
      heights[i] = bits.read(16) + 1;
    }
  }

  /** The index of the template that an id of a descriptor means; -1 when there is none. */
  int template(int id) {
    int index = id - idOffset & 63;
    return index < templates ? index : -1;
  }

  public int templates() {
    return templates;
  }

  /** How many decode targets there are, 1 to 32. */
  public int targets() {
    return targets;
  }

  /** How many chains there are, 0 to [#targets]. */
  public int chains() {
    return chains;
  }

  public int spatialLayers() {
    return spatialLayers;
  }

  public int spatialId(int template) {
    return spatialIds[template];
  }

  public int temporalId(int template) {
    return temporalIds[template];
  }

  /** [#NOT_PRESENT], [#DISCARDABLE], [#SWITCH] or [#REQUIRED]. */
  public int indication(int template, int target) {
    return indications[template * targets + target];
  }

  /** How many frames a template's frames refer to. */
  public int references(int template) {
    return differences[template].length;
  }

  /** How many frame numbers back such a reference lies. */
  public int difference(int template, int reference) {
    return differences[template][reference];
  }

  /** The chain that tells whether a target can be decoded; 0 also when there are no chains. */
  public int protector(int target) {
    return protectors[target];
  }

  /** How many frame numbers back the chain's last frame lies; 0 begins the chain. */
  public int chainDifference(int template, int chain) {
    return chainDifferences[template * chains + chain];
  }

  /** The highest spatial layer of a decode target. */
  public int targetSpatialId(int target) {
    return targetSpatialIds[target];
  }

  /** The highest temporal layer of a decode target. */
  public int targetTemporalId(int target) {
    return targetTemporalIds[target];
  }

  /** The bits of all decode targets. */
  public int allTargets() {
    return (int) ((1L << targets) - 1);
  }

  /** Pixels; 0 when the structure does not tell. */
  public int width(int spatialId) {
    return spatialId < widths.length ? widths[spatialId] : 0;
  }

  /** Pixels; 0 when the structure does not tell. */
  public int height(int spatialId) {
    return spatialId < heights.length ? heights[spatialId] : 0;
  }
}
