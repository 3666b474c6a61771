package dev.madang.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command line: `--name value` pairs, then each server as `--peer NAME KEEP_ALIVE|ONE_REQUEST
/// COMMAND... ;`.
record Options(
    int runs,
    int clients,
    int inFlight,
    int idle,
    long warmMillis,
    long windowMillis,
    Path out,
    List<Scenario> scenarios,
    List<Peer> peers) {

  static Options read(String[] args) {
    int runs = 3;
    int clients = 1000;
    int inFlight = 200;
    int idle = 10_000;
    long warm = 6_000;
    long window = 5_000;
    Path out = Path.of("target/bench");
    List<Scenario> scenarios = new ArrayList<>(List.of(Scenario.values()));
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--runs" -> runs = Integer.parseInt(args[++i]);
        case "--clients" -> clients = Integer.parseInt(args[++i]);
        case "--in-flight" -> inFlight = Integer.parseInt(args[++i]);
        case "--idle" -> idle = Integer.parseInt(args[++i]);
        case "--warm" -> warm = 1000 * Long.parseLong(args[++i]);
        case "--window" -> window = 1000 * Long.parseLong(args[++i]);
        case "--out" -> out = Path.of(args[++i]);
        case "--scenarios" -> {
          List<String> wanted = List.of(args[++i].split(","));
          scenarios.removeIf(scenario -> !wanted.contains(scenario.key()));
        }
        case "--peer" -> {
          String name = args[++i];
          Peer.Polling polling = Peer.Polling.valueOf(args[++i]);
          List<String> command = new ArrayList<>();
          while (!args[++i].equals(";")) {
            command.add(args[i]);
          }
          peers.add(new Peer(name, polling, command));
        }
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    return new Options(
        runs,
        clients,
        inFlight,
        idle,
        warm,
        window,
        out,
        List.copyOf(scenarios),
        List.copyOf(peers));
  }
}
