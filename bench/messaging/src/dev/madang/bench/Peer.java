package dev.madang.bench;

import java.util.List;

/// A server to measure: its name in the table and the command that starts it; the port is added as
/// last argument.
record Peer(String name, Polling polling, List<String> command) {

  /// How a server takes HTTP polling.
  enum Polling {
    KEEP_ALIVE,
    /// It closes a connection after one request, so its clients need a new one for each.
    ONE_REQUEST,
    /// Not at all.
    NONE
  }
}
