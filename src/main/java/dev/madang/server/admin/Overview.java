package dev.madang.server.admin;

import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.RoomInfo;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.Topology;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.Standing;
import dev.madang.server.webrtc.Condition;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.Vitals;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What an operator reads: the rooms of this moment, and how their media goes. Immutable; its form
/// is that of the JSON.
record Overview(List<Room> rooms) {

  /// @param direct whether people send to each other and not to the server
  /// @param viewers who watch by WHEP; those of them that are connected have a line in `players`
  record Room(
      String name,
      boolean locked,
      boolean lobby,
      boolean direct,
      int most,
      int waiting,
      int viewers,
      List<Person> people,
      List<Line> players) {}

  /// @param program sends by WHIP
  /// @param online false while its place is kept for it
  /// @param up what it sends to the server; null where it sends nothing there
  /// @param down what it receives from the server; the same
  record Person(
      String identity,
      String name,
      boolean host,
      boolean program,
      boolean online,
      @Nullable Line up,
      @Nullable Line down,
      List<Track> tracks) {}

  /// @param way `udp` or `tcp`
  /// @param roundTrip in milliseconds; null where it is not known
  record Line(String way, long bits, double loss, @Nullable Double roundTrip) {}

  /// @param codec null where it does not go through the server; and no `layers` then
  record Track(String source, boolean muted, @Nullable String codec, List<Layer> layers) {}

  /// @param name of simulcast; empty without
  record Layer(String name, long bits) {}

  /// At home.
  static Overview of(List<Standing> standing, @Nullable Hall hall) {
    return new Overview(standing.stream().map(each -> room(each, hall)).toList());
  }

  private static Room room(Standing standing, @Nullable Hall hall) {
    RoomInfo room = standing.room();
    return new Room(
        room.name(),
        room.locked(),
        room.lobby(),
        room.topology() == Topology.MESH,
        room.limit(),
        standing.waiting(),
        room.viewers(),
        standing.people().stream()
            .map(person ->
                person(
                    person, hall == null ? null : hall.condition(room.name(), person.identity())))
            .toList(),
        hall == null
            ? List.of()
            : hall.audience(room.name()).stream().map(Overview::line).toList());
  }

  private static Person person(ParticipantInfo person, @Nullable Condition condition) {
    return new Person(
        person.identity(),
        person.name(),
        person.role() == Role.HOST,
        person.program(),
        person.presence() == Presence.ONLINE,
        condition == null || condition.up() == null ? null : line(condition.up()),
        condition == null || condition.down() == null ? null : line(condition.down()),
        person.tracks().stream().map(track -> track(track, condition)).toList());
  }

  private static Line line(Vitals vitals) {
    double roundTrip = vitals.roundTripMillis();
    return new Line(
        vitals.tcp() ? "tcp" : "udp",
        vitals.bits(),
        vitals.loss(),
        roundTrip < 0 ? null : roundTrip);
  }

  private static Track track(TrackInfo track, @Nullable Condition condition) {
    List<Condition.Sent> all = condition == null ? List.of() : condition.sent();
    for (Condition.Sent sent : all) {
      if (sent.id().equals(track.id()) && sent.source() == track.source()) {
        return new Track(code(track.source()), track.muted(), sent.codec(), layers(sent));
      }
    }
    return new Track(code(track.source()), track.muted(), null, List.of());
  }

  private static List<Layer> layers(Condition.Sent sent) {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < sent.bits().size(); i++) {
      layers.add(new Layer(i < sent.rids().size() ? sent.rids().get(i) : "", sent.bits().get(i)));
    }
    return layers;
  }

  private static String code(Source source) {
    return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
