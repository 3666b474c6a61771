package dev.madang.protocol.sdp;

import dev.madang.protocol.sdp.MediaSection.Source;
import dev.madang.protocol.sdp.MediaSection.SourceGroup;
import dev.madang.protocol.sdp.UpTrack.Encoding;
import java.util.ArrayList;
import java.util.List;

/// The encodings that a section announces: by rid, or by SSRC as before there were rids. Groups
/// that make no sense are passed over: the packets tell who they are anyway.
final class Encodings {
  private Encodings() {}

  static List<Encoding> of(MediaSection section, List<String> rids) {
    if (rids.size() > 1) {
      return rids.stream().map(rid -> new Encoding(rid, -1, -1)).toList();
    }
    List<Encoding> encodings = new ArrayList<>();
    String rid = rids.isEmpty() ? "" : rids.getFirst();
    for (long ssrc : layers(section)) {
      encodings.add(new Encoding(rid, ssrc, repairOf(section, ssrc)));
    }
    if (encodings.isEmpty()) {
      encodings.add(new Encoding(rid, -1, -1));
    }
    return rid.isEmpty() ? encodings : encodings.subList(0, 1);
  }

  /** RFC 5576, and `SIM` of old Chromium: the layers from the smallest on; or the only source. */
  private static List<Long> layers(MediaSection section) {
    for (SourceGroup group : section.groups()) {
      if (group.semantics().equals("SIM")) {
        List<Long> known =
            group.ssrcs().stream().filter(ssrc -> isKnown(section, ssrc)).distinct().toList();
        if (!known.isEmpty() && known.size() <= MAX_LAYERS) {
          return known;
        }
      }
    }
    for (Source source : section.sources()) {
      if (!isRepair(section, source.ssrc())) {
        return List.of(source.ssrc());
      }
    }
    return List.of();
  }

  private static boolean isKnown(MediaSection section, long ssrc) {
    return section.sources().stream().anyMatch(source -> source.ssrc() == ssrc);
  }

  /** RFC 4588 §8.1: of a pair `FID`, the first is the source and the second repeats it. */
  private static long repairOf(MediaSection section, long ssrc) {
    for (SourceGroup group : section.groups()) {
      List<Long> pair = group.ssrcs();
      if (group.semantics().equals("FID")
          && pair.size() == 2
          && pair.getFirst() == ssrc
          && pair.getLast() != ssrc) {
        return pair.getLast();
      }
    }
    return -1;
  }

  private static boolean isRepair(MediaSection section, long ssrc) {
    return section.groups().stream()
        .anyMatch(group ->
            (group.semantics().equals("FID") || group.semantics().equals("FEC-FR"))
                && group.ssrcs().size() == 2
                && group.ssrcs().getLast() == ssrc
                && group.ssrcs().getFirst() != ssrc);
  }

  private static final int MAX_LAYERS = 8;
}
