package dev.madang.bench;

/// What is measured, in the order in which it runs.
enum Scenario {
  ECHO("echo", "µs CPU an echo", "Echo with ack, WebSocket", 400_000),
  BROADCAST("broadcast", "µs CPU a delivery", "Broadcast to all, WebSocket", 1_000_000),
  POLLING("polling", "µs CPU an echo", "Echo with ack, HTTP polling", 150_000),
  IDLE("idle", "KiB a connection", "Idle WebSocket connection", 0);

  private final String key;
  private final String unit;
  private final String title;
  private final long warmUnits;

  Scenario(String key, String unit, String title, long warmUnits) {
    this.key = key;
    this.unit = unit;
    this.title = title;
    this.warmUnits = warmUnits;
  }

  /// Its name on the command line and in the JSON.
  String key() {
    return key;
  }

  String unit() {
    return unit;
  }

  String title() {
    return title;
  }

  /// How much of it is done before anything is measured.
  long warmUnits() {
    return warmUnits;
  }
}
