package dev.madang.media;

import dev.madang.wire.BigEndian;
import org.jspecify.annotations.Nullable;

/// The dependency descriptor in a packet's header (AV1 RTP payload format 1.0, appendix A): which
/// frame the packet belongs to, in which layer, what the frame needs and who needs it, without a
/// look at the payload, which may be encrypted. A view that is read again for each packet; one
/// thread. It makes an object only for a packet with a [DependencyStructure].
///
/// ```
/// start(1) end(1) template(6) frame number(16)                     always
/// structure? active? dtis? fdiffs? chains?  (5 flags)              when longer than three bytes
/// structure … active targets … dtis … fdiffs … chains …            as the flags say
/// ```
public final class DependencyDescriptor {
  private final BitReader bits = new BitReader();
  private byte[] bytes = NOTHING;
  private int offset;
  private int length;
  private @Nullable DependencyStructure structure;
  private boolean structureAttached;
  private boolean activeTold;
  private int activeTargets;
  private boolean customIndications;
  private boolean customDifferences;
  private boolean customChains;
  private int template;

  private final byte[] indications = new byte[DependencyStructure.MAX_TARGETS];
  private final int[] differences = new int[DependencyStructure.MAX_REFERENCES];
  private int differenceCount;
  private final int[] chainDifferences = new int[DependencyStructure.MAX_TARGETS];

  /// Where, in bits, the active targets begin and end, or would.
  private int activeAt;

  private int activeEnd;

  /** And where the frame's own definition ends: padding follows. */
  private int definitionEnd;

  /// Reads the element at `offset`. False when it does not hold together, or when it needs a
  /// structure and there is none; then the first three bytes may still be asked ([#startOfFrame],
  /// [#endOfFrame], [#frameNumber]) as long as [#isHead] holds.
  ///
  /// @param last the structure of the stream so far, or null; afterwards [#structure] is to be kept
  public boolean read(byte[] bytes, int offset, int length, @Nullable DependencyStructure last) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    structure = last;
    structureAttached = false;
    activeTold = false;
    customIndications = false;
    customDifferences = false;
    customChains = false;
    if (length < HEAD) {
      return false;
    }
    bits.begin(bytes, offset + HEAD, length - HEAD);
    if (readExtended(last) && readDefinition()) {
      return true;
    }
    structure = last;
    return false;
  }

  private boolean readExtended(@Nullable DependencyStructure last) {
    DependencyStructure holding = last;
    if (length > HEAD) {
      structureAttached = bits.flag();
      activeTold = bits.flag();
      customIndications = bits.flag();
      customDifferences = bits.flag();
      customChains = bits.flag();
      if (structureAttached) {
        holding = DependencyStructure.read(bits);
      }
    }
    if (holding == null) {
      return false;
    }
    structure = holding;
    activeAt = bits.position();
    activeTargets = activeTold ? bits.read(holding.targets()) : holding.allTargets();
    activeEnd = bits.position();
    template = holding.template(bytes[offset] & 0x3F);
    return template >= 0;
  }

  private boolean readDefinition() {
    DependencyStructure holding = holding();
    if (customIndications) {
      for (int i = 0; i < holding.targets(); i++) {
        indications[i] = (byte) bits.read(2);
      }
    }
    if (customDifferences && !readDifferences()) {
      return false;
    }
    if (customChains) {
      for (int i = 0; i < holding.chains(); i++) {
        chainDifferences[i] = bits.read(8);
      }
    }
    definitionEnd = bits.position();
    return !bits.overrun();
  }

  /** Each difference says first how many half bytes it has; none ends the list. */
  private boolean readDifferences() {
    differenceCount = 0;
    for (int size = bits.read(2); size != 0; size = bits.read(2)) {
      if (differenceCount == DependencyStructure.MAX_REFERENCES) {
        return false;
      }
      differences[differenceCount++] = bits.read(4 * size) + 1;
    }
    return true;
  }

  private DependencyStructure holding() {
    DependencyStructure holding = structure;
    if (holding == null) {
      throw new IllegalStateException("no descriptor was read");
    }
    return holding;
  }

  /** Whether the first three bytes are there, whatever [#read] said of the others. */
  public boolean isHead() {
    return length >= HEAD;
  }

  /** The packet is the first of its frame. */
  public boolean startOfFrame() {
    return (bytes[offset] & 0x80) != 0;
  }

  /** The packet is the last of its frame. */
  public boolean endOfFrame() {
    return (bytes[offset] & 0x40) != 0;
  }

  /** Advances by one with each frame, of whatever layer, modulo 2^16. */
  public int frameNumber() {
    return BigEndian.u16(bytes, offset + 1);
  }

  /// The structure that the descriptor refers to: its own, or the one given to [#read]. It holds
  /// for the frames to come.
  public @Nullable DependencyStructure structure() {
    return structure;
  }

  /** The descriptor brought a structure, so the packet begins a keyframe. */
  public boolean structureAttached() {
    return structureAttached;
  }

  public int spatialId() {
    return holding().spatialId(template);
  }

  public int temporalId() {
    return holding().temporalId(template);
  }

  /** Whether this descriptor changes which decode targets are active. */
  public boolean tellsActiveTargets() {
    return activeTold || structureAttached;
  }

  /// Which decode targets the sender still makes, a bit each; all of them in a descriptor that does
  /// not tell.
  public int activeTargets() {
    return activeTargets;
  }

  /** What the frame is to a decode target: [DependencyStructure#REQUIRED] and the like. */
  public int indication(int target) {
    return customIndications ? indications[target] : holding().indication(template, target);
  }

  /** How many frames this one refers to. */
  public int references() {
    return customDifferences ? differenceCount : holding().references(template);
  }

  /** How many frame numbers back a reference lies, 1 to 4096. */
  public int difference(int reference) {
    return customDifferences ? differences[reference] : holding().difference(template, reference);
  }

  /// How many frame numbers back the chain's last frame lies: as long as that one was received the
  /// chain is whole. 0 begins the chain.
  public int chainDifference(int chain) {
    return customChains ? chainDifferences[chain] : holding().chainDifference(template, chain);
  }

  /** Overwrites the frame number in a copy of the element at `at`. */
  public static void rewriteFrameNumber(byte[] copy, int at, int frameNumber) {
    BigEndian.put16(copy, at + 1, frameNumber);
  }

  /// Writes the descriptor with other active targets: a receiver that is sent fewer layers must not
  /// wait for the others. Gives its length, at most five bytes more than it had.
  public int rewrite(byte[] out, int at, int frameNumber, int activeTargets) {
    DependencyStructure holding = holding();
    out[at] = bytes[offset];
    BigEndian.put16(out, at + 1, frameNumber);
    int from = 8 * (offset + HEAD);
    int to = 8 * (at + HEAD);
    int flags =
        (structureAttached ? 0x10 : 0)
            | 0x08
            | (customIndications ? 0x04 : 0)
            | (customDifferences ? 0x02 : 0)
            | (customChains ? 0x01 : 0);
    to = put(out, to, flags, FLAGS);
    for (int bit = FLAGS; bit < activeAt; bit++) {
      to = put(out, to, bit(from + bit), 1);
    }
    to = put(out, to, activeTargets, holding.targets());
    for (int bit = activeEnd; bit < definitionEnd; bit++) {
      to = put(out, to, bit(from + bit), 1);
    }
    while ((to & 7) != 0) {
      to = put(out, to, 0, 1);
    }
    return (to >> 3) - at;
  }

  private int bit(int at) {
    return bytes[at >> 3] >> 7 - (at & 7) & 1;
  }

  private static int put(byte[] out, int at, int value, int count) {
    for (int i = 0; i < count; i++) {
      int mask = 0x80 >> (at + i & 7);
      int octet = out[at + i >> 3];
      boolean set = (value >>> count - 1 - i & 1) != 0;
      out[at + i >> 3] = (byte) (set ? octet | mask : octet & ~mask);
    }
    return at + count;
  }

  private static final int HEAD = 3;
  private static final int FLAGS = 5;
  private static final byte[] NOTHING = new byte[HEAD];
}
