package dev.madang.room;

import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.ParticipantChanged;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.ParticipantLeft;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is in a room, in the order they came, whose hands are up, in the order they went up, and how
/// to tell them something. Whoever is reconnecting is in, but hears nothing until it is back. Pure.
final class People {
  private final Rooms rooms;
  private final Map<String, Participant> present = new LinkedHashMap<>();
  private final List<Participant> hands = new ArrayList<>();

  People(Rooms rooms) {
    this.rooms = rooms;
  }

  @Nullable Participant get(String identity) {
    return present.get(identity);
  }

  boolean has(String identity) {
    return present.containsKey(identity);
  }

  int size() {
    return present.size();
  }

  boolean isEmpty() {
    return present.isEmpty();
  }

  /** Whether there is nobody, or programs alone. */
  boolean deserted() {
    return present.values().stream().allMatch(one -> one.program);
  }

  boolean hasPrograms() {
    return present.values().stream().anyMatch(one -> one.program);
  }

  /** Everybody, as of now. */
  List<Participant> all() {
    return List.copyOf(present.values());
  }

  ParticipantInfo info(Participant participant) {
    int place = hands.indexOf(participant) + 1;
    return participant.info(place == 0 ? null : place);
  }

  List<ParticipantInfo> othersThan(Participant participant) {
    return present.values().stream().filter(other -> other != participant).map(this::info).toList();
  }

  /// The one who has been here longest; one who is online before one who may not come back. Whoever
  /// came with a grant has the powers that it gives and inherits none.
  Optional<Participant> heir() {
    List<Participant> heirs =
        present.values().stream().filter(one -> one.grant == null && !one.program).toList();
    return heirs.stream()
        .filter(Participant::online)
        .findFirst()
        .or(() -> heirs.stream().findFirst());
  }

  // ---- changes --------------------------------------------------------------------------------

  void add(Participant participant) {
    present.put(participant.identity, participant);
  }

  void remove(Participant participant, Departure reason) {
    present.remove(participant.identity);
    toAll(new ParticipantLeft(participant.identity, reason));
    lowerHand(participant);
  }

  void clear() {
    present.clear();
    hands.clear();
  }

  void raiseHand(Participant participant) {
    if (!hands.contains(participant)) {
      hands.add(participant);
      changed(participant);
    }
  }

  /** Those behind move up, and everybody hears it. */
  void lowerHand(Participant participant) {
    int place = hands.indexOf(participant);
    if (place < 0) {
      return;
    }
    hands.remove(place);
    if (has(participant.identity)) {
      changed(participant);
    }
    hands.stream().skip(place).forEach(this::changed);
  }

  // ---- telling --------------------------------------------------------------------------------

  /** Everybody hears what this participant is now, it too. */
  void changed(Participant participant) {
    toAll(new ParticipantChanged(info(participant)));
  }

  void to(Participant participant, FromServer message) {
    if (participant.online()) {
      rooms.send(participant.connection, message);
    }
  }

  /** What has to be heard, now or when it is back. */
  void reach(Participant participant, FromServer message) {
    if (participant.online()) {
      rooms.send(participant.connection, message);
    } else {
      participant.keep(message, 0);
    }
  }

  void toAll(FromServer message) {
    toEach(_ -> true, message);
  }

  /// @param from null: there is none
  void toOthers(@Nullable Participant from, FromServer message) {
    toEach(participant -> participant != from, message);
  }

  void toHosts(FromServer message) {
    toEach(Participant::host, message);
  }

  /// In one call, so that it is written once.
  private void toEach(Predicate<Participant> who, FromServer message) {
    List<Long> connections = new ArrayList<>(present.size());
    for (Participant participant : present.values()) {
      if (participant.online() && who.test(participant)) {
        connections.add(participant.connection);
      }
    }
    rooms.send(connections, message);
  }
}
