package dev.madang.bench;

/// What is measured, in the order in which it runs.
enum Scenario {
  ECHO("echo", "µs CPU an echo", "Echo with ack, WebSocket"),
  BROADCAST("broadcast", "µs CPU a delivery", "Broadcast to all, WebSocket"),
  POLLING("polling", "µs CPU an echo", "Echo with ack, HTTP polling"),
  IDLE("idle", "KiB a connection", "Idle WebSocket connection");

  private final String key;
  private final String unit;
  private final String title;

  Scenario(String key, String unit, String title) {
    this.key = key;
    this.unit = unit;
    this.title = title;
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
}
