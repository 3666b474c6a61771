package dev.madang.room;

import java.time.Duration;

/// How much a room takes, from everybody and from one.
///
/// @param people who meet in one room
/// @param direct of those, as many send directly to each other; when there are more, or no path is
///   found, everything goes through the server
/// @param rooms at one time
/// @param roomsPerAddress that one address (IPv6: /64) opened, at one time; 0: no limit
/// @param knocks waiting at one room's door
/// @param knocksPerAddress of those, from one address (IPv6: /64); 0: no limit
/// @param lobby whether rooms begin with it on
/// @param grace how long the place of one whose connection broke is kept
/// @param empty how long a room that everybody left is kept, with its chat
/// @param history chat messages that a newcomer sees
/// @param chat how fast one may talk and react
/// @param negotiation how fast one may negotiate peer connections; a joining person sends a burst
/// @param other how fast one may do all else
public record Limits(
    int people,
    int direct,
    int rooms,
    int roomsPerAddress,
    int knocks,
    int knocksPerAddress,
    boolean lobby,
    Duration grace,
    Duration empty,
    int history,
    Rate chat,
    Rate negotiation,
    Rate other) {

  /// So many at once, and from then on so many a second.
  public record Rate(int burst, int perSecond) {}

  /// For a server that forwards no media: everybody sends to everybody, which more than a few
  /// people's lines do not bear.
  public Limits withoutForwarding() {
    int few = Math.min(people, MOST_DIRECT);
    return new Limits(
        few,
        few,
        rooms,
        roomsPerAddress,
        knocks,
        knocksPerAddress,
        lobby,
        grace,
        empty,
        history,
        chat,
        negotiation,
        other);
  }

  public static Limits defaults() {
    return new Limits(
        25,
        2,
        1000,
        100,
        20,
        5,
        false,
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        50,
        new Rate(20, 2),
        new Rate(400, 50),
        new Rate(40, 5));
  }

  private static final int MOST_DIRECT = 4;
}
