package dev.madang.media;

import java.util.List;

/// Writes dependency descriptors as an encoder would, for tests: give it the templates of a
/// structure in order of layers.
public final class DescriptorWriter {
  /// A template: the indications of all targets as in `SR-D`, how many frames back its references
  /// and its chains lie.
  public record Template(
      int spatialId,
      int temporalId,
      String indications,
      List<Integer> differences,
      List<Integer> chains) {}

  private final int idOffset;
  private final List<Template> templates;
  private final List<Integer> protectors;

  /// @param idOffset the id of the first template
  /// @param protectors the chain of each target; empty when there are no chains
  public DescriptorWriter(int idOffset, List<Template> templates, List<Integer> protectors) {
    this.idOffset = idOffset;
    this.templates = templates;
    this.protectors = protectors;
  }

  /** Two temporal layers, one chain. Templates: keyframe, base, upper. */
  public static DescriptorWriter l1t2() {
    return new DescriptorWriter(
        62,
        List.of(
            new Template(0, 0, "SS", List.of(), List.of(0)),
            new Template(0, 0, "SS", List.of(2), List.of(2)),
            new Template(0, 1, "-D", List.of(1), List.of(1))),
        List.of(0, 0));
  }

  /// Two spatial layers, a chain each; the upper one depends on the lower one in every picture.
  /// Templates: keyframe, lower, upper of a keyframe, upper.
  public static DescriptorWriter l2t1() {
    return new DescriptorWriter(
        5,
        List.of(
            new Template(0, 0, "SS", List.of(), List.of(0, 0)),
            new Template(0, 0, "SR", List.of(2), List.of(2, 1)),
            new Template(1, 0, "-S", List.of(1), List.of(1, 1)),
            new Template(1, 0, "-R", List.of(2, 1), List.of(1, 1))),
        List.of(0, 1));
  }

  /** A descriptor that brings the structure. */
  public byte[] withStructure(int template, int frameNumber, boolean start, boolean end) {
    Bits bits = head(template, frameNumber, start, end).put("10000");
    structure(bits);
    return bits.bytes();
  }

  /** A descriptor that relies on the structure. */
  public byte[] plain(int template, int frameNumber, boolean start, boolean end) {
    return head(template, frameNumber, start, end).bytes();
  }

  Bits head(int template, int frameNumber, boolean start, boolean end) {
    return new Bits()
        .put(start ? "1" : "0")
        .put(end ? "1" : "0")
        .put(idOffset + template & 63, 6)
        .put(frameNumber, 16);
  }

  void structure(Bits bits) {
    int targets = templates.getFirst().indications().length();
    int chains = protectors.isEmpty() ? 0 : templates.getFirst().chains().size();
    bits.put(idOffset, 6).put(targets - 1, 5);
    for (int i = 0; i < templates.size(); i++) {
      bits.put(i + 1 == templates.size() ? 3 : step(templates.get(i), templates.get(i + 1)), 2);
    }
    for (Template template : templates) {
      template.indications().chars().forEach(c -> bits.put("-DSR".indexOf(c), 2));
    }
    for (Template template : templates) {
      template.differences().forEach(difference -> bits.put(1, 1).put(difference - 1, 4));
      bits.put(0, 1);
    }
    bits.nonSymmetric(chains, targets + 1);
    if (chains > 0) {
      protectors.forEach(chain -> bits.nonSymmetric(chain, chains));
      templates.forEach(template -> template.chains().forEach(back -> bits.put(back, 4)));
    }
    bits.put(0, 1);
  }

  private static int step(Template one, Template next) {
    if (next.spatialId() > one.spatialId()) {
      return 2;
    }
    return next.temporalId() > one.temporalId() ? 1 : 0;
  }
}
