package dev.madang.bench.turn;

import dev.madang.server.turn.TurnDoor;
import dev.madang.server.udp.UdpDoor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The TURN door alone, with its defaults but for what the bench must have: a user, and peers on
/// loopback.
public final class RelayServer {
  private RelayServer() {}

  public static void main(String[] arguments) throws Exception {
    TurnDoor.Config usual = TurnDoor.Config.defaults();
    TurnDoor.Config config =
        new TurnDoor.Config(
            true,
            List.of(),
            List.of("127.0.0.1"),
            usual.relayPortMin(),
            usual.relayPortMax(),
            "bench",
            null,
            Map.of("bench", "bench"),
            Duration.ofHours(1),
            List.of("127.0.0.0/8"),
            List.of(),
            0,
            0,
            0,
            usual.maxLifetime(),
            false,
            0,
            usual.streamQueue(),
            usual.streamPatience());
    UdpDoor udp =
        UdpDoor.open(
            new UdpDoor.Config(
                "127.0.0.1", Integer.parseInt(arguments[0]), 0, arguments.length > 1));
    TurnDoor.open(
        config, udp, Files.createTempDirectory("turn-bench"), Set.of(), new SimpleMeterRegistry());
    Thread.currentThread().join();
  }
}
