package dev.madang.server.webrtc;

import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.forward.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What a room has for those who only watch it: one picture and one sound, the first of each.
///
/// @param sources what can be received, the best first: what is on before what is muted; of
///   pictures a program's, then screens, then cameras; the sound of whose picture is first, then a
///   program's, then microphones. Of equals, that of who came first
/// @param awaited whether somebody shows something that has not come to the server yet: two people
///   who sent directly to each other are about to
public record Playbill(List<Source> sources, boolean awaited) {
  static Playbill of(Collection<Member> members) {
    List<Contribution> pictures = ofKind(members, Kind.VIDEO);
    pictures.sort(Comparator.comparingInt(Playbill::place));
    Member seen =
        pictures.isEmpty() || !isOn(pictures.getFirst()) ? null : pictures.getFirst().from();
    List<Contribution> sounds = ofKind(members, Kind.AUDIO);
    sounds.sort(
        Comparator.comparingInt((Contribution sound) -> isOn(sound) ? 0 : 1)
            .thenComparing(sound -> sound.from() != seen)
            .thenComparingInt(Playbill::place));
    List<Source> sources =
        Stream.concat(pictures.stream(), sounds.stream()).map(Contribution::source).toList();
    return new Playbill(sources, members.stream().anyMatch(Playbill::awaits));
  }

  private static List<Contribution> ofKind(Collection<Member> members, Kind kind) {
    List<Contribution> found = new ArrayList<>();
    for (Member member : members) {
      for (Contribution each : member.contributions()) {
        if (each.source().kind() == kind) {
          found.add(each);
        }
      }
    }
    return found;
  }

  private static int place(Contribution each) {
    int byKind =
        each.from().program()
            ? 0
            : switch (each.kind()) {
              case SCREEN -> 1;
              case CAMERA, MICROPHONE -> 2;
              case SCREEN_AUDIO -> 3;
            };
    return isOn(each) ? byKind : byKind + 4;
  }

  private static boolean isOn(Contribution each) {
    return each.from().shows(each.kind(), each.id());
  }

  private static boolean awaits(Member member) {
    List<Contribution> come = member.contributions();
    return member.published().stream()
        .filter(track -> !track.muted())
        .anyMatch(track -> come.stream().noneMatch(each -> isThat(each, track)));
  }

  private static boolean isThat(Contribution each, TrackInfo track) {
    return each.kind() == track.source() && each.id().equals(track.id());
  }

  /// The best picture and the best sound.
  public List<Source> best() {
    return Stream.of(Kind.VIDEO, Kind.AUDIO)
        .flatMap(kind -> sources.stream().filter(source -> source.kind() == kind).limit(1))
        .toList();
  }
}
