package dev.madang.server.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.server.udp.UdpDoor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The door against coturn's own clients, on this machine alone.
class TurnDoorTest {
  @TempDir Path data;

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void tellsAStunClientItsAddress(String host) throws Exception {
    try (TurnRig rig = new TurnRig(data, TurnRig.loopback())) {
      assertThat(Coturn.run("turnutils_stunclient", "-p", "" + rig.port(), host))
          .contains("UDP reflexive addr: ");
    }
  }

  /// Channels (the client's default) and Send indications (-s), by UDP, TCP (-t) and TLS (-t -S,
  /// not faster than that client reads), by system calls and by Java's channels. The client sleeps
  /// most of its time, so all run at once.
  @TestFactory
  Stream<DynamicTest> relaysForALongTermUser() {
    List<Way> ways =
        List.of(
            new Way("127.0.0.1", "-X", false),
            new Way("127.0.0.1", "-s", false),
            new Way("127.0.0.1", "-t", false),
            new Way("127.0.0.1", "-t -s", false),
            new Way("127.0.0.1", "-t -S -z 20", false),
            new Way("127.0.0.1", "-t -S -s -z 20", false),
            new Way("127.0.0.1", "-X", true),
            new Way("127.0.0.1", "-t -s", true),
            new Way("::1", "-x", false),
            new Way("::1", "-x -t -s", false));
    Map<Way, Future<Coturn.Result>> results = new LinkedHashMap<>();
    ExecutorService all = Executors.newVirtualThreadPerTaskExecutor();
    ways.forEach(way -> results.put(way, all.submit(() -> relay(way))));
    return results.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey().toString(),
                () -> {
                  Coturn.Result result = each.getValue().get();
                  assertThat(result.sent()).as(result.output()).isEqualTo(80);
                  // Its TLS reader loses a message when two come in one record.
                  int least = each.getKey().options.contains("-S") ? 60 : 80;
                  assertThat(result.received()).as(result.output()).isBetween(least, 80);
                }))
        .onClose(all::shutdownNow);
  }

  private record Way(String host, String options, boolean plainSockets) {}

  private Coturn.Result relay(Way way) throws Exception {
    UdpDoor.Config port = new UdpDoor.Config("", 0, 0, way.plainSockets);
    TurnDoor.Config config = TurnRig.with(TurnRig.loopback(), Map.of("oldChannelNumbers", true));
    Path own = Files.createTempDirectory(data, "rig");
    try (TurnRig rig = new TurnRig(own, port, config)) {
      Coturn.Peer peer = rig.keep(Coturn.peer(way.host));
      List<String> all = new ArrayList<>(List.of(way.options.split(" ")));
      all.addAll(List.of("-u", "ann", "-w", "pass word", "-m", "2", "-n", "40", "-l", "171"));
      if (!all.contains("-z")) {
        all.addAll(List.of("-z", "5"));
      }
      return Coturn.client(rig.port(), way.host, peer, all);
    }
  }

  @Test
  void relaysForAHolderOfATimeLimitedCredential() throws Exception {
    try (TurnRig rig = new TurnRig(data, TurnRig.loopback())) {
      Coturn.Peer peer = rig.keep(Coturn.peer("127.0.0.1"));
      TurnDoor.Grant grant = rig.turn.issue("somebody");
      List<String> options =
          List.of("-s", "-u", grant.username(), "-w", grant.credential(), "-n", "20", "-z", "5");
      Coturn.Result result = Coturn.client(rig.port(), "127.0.0.1", peer, options);
      assertThat(result.received()).as(result.output()).isEqualTo(20);
    }
  }

  /// The client makes its user name and password from the secret, as the web service would.
  @Test
  void relaysForAHolderOfTheSharedSecret() throws Exception {
    try (TurnRig rig = new TurnRig(data, TurnRig.loopback())) {
      Coturn.Peer peer = rig.keep(Coturn.peer("127.0.0.1"));
      List<String> options =
          List.of("-s", "-u", "somebody", "-W", TurnRig.SECRET, "-n", "20", "-z", "5");
      Coturn.Result result = Coturn.client(rig.port(), "127.0.0.1", peer, options);
      assertThat(result.received()).as(result.output()).isEqualTo(20);
    }
  }

  @Test
  void carriesDataBetweenTwoOfItsOwnRelaysAlthoughTheirAddressIsPrivate() throws Exception {
    TurnDoor.Config config = TurnRig.with(TurnRig.loopback(), Map.of("allowPeers", List.of()));
    try (TurnRig rig = new TurnRig(data, config)) {
      Coturn.Peer nobody = rig.keep(Coturn.peer("127.0.0.1"));
      List<String> options =
          List.of("-y", "-s", "-u", "ann", "-w", "pass word", "-m", "2", "-n", "20", "-z", "5");
      Coturn.Result result = Coturn.client(rig.port(), "127.0.0.1", nobody, options);
      assertThat(result.received()).as(result.output()).isEqualTo(40);
    }
  }

  @Test
  void reachesNothingElseOnThisMachine() throws Exception {
    TurnDoor.Config config = TurnRig.with(TurnRig.loopback(), Map.of("allowPeers", List.of()));
    try (TurnRig rig = new TurnRig(data, config)) {
      Coturn.Peer peer = rig.keep(Coturn.peer("127.0.0.1"));
      List<String> options = List.of("-s", "-u", "ann", "-w", "pass word", "-n", "5", "-z", "5");
      Coturn.Result result = Coturn.client(rig.port(), "127.0.0.1", peer, options);
      assertThat(result.sent()).as(result.output()).isEqualTo(5);
      assertThat(result.received()).isZero();
    }
  }
}
