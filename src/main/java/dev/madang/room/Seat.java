package dev.madang.room;

/// Where a connection is in a room.
sealed interface Seat {
  Room room();

  record Inside(Room room, Participant participant) implements Seat {}

  /** At the door, knocking. */
  record Outside(Room room, String identity) implements Seat {}

  /** Only watches, by WHEP. */
  record Watching(Room room, Visitor viewer) implements Seat {}
}
