package dev.madang.server.turn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /// Channels (the client's default) and Send indications (-s), by UDP and TCP (-t), by system
  /// calls and by Java's channels.
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, -X, false",
    "127.0.0.1, -s, false",
    "127.0.0.1, -t, false",
    "127.0.0.1, -t -s, false",
    "127.0.0.1, -X, true",
    "127.0.0.1, -t -s, true",
    "::1, -x, false",
    "::1, -x -t -s, false",
  })
  void relaysForALongTermUser(String host, String options, boolean plain) throws Exception {
    TurnDoor.Config config =
        TurnRig.with(TurnRig.loopback(), Map.of("plainSockets", plain, "oldChannelNumbers", true));
    try (TurnRig rig = new TurnRig(data, config)) {
      Coturn.Peer peer = rig.keep(Coturn.peer(host));
      List<String> all = new ArrayList<>(List.of(options.split(" ")));
      all.addAll(
          List.of("-u", "ann", "-w", "pass word", "-m", "2", "-n", "40", "-l", "171", "-z", "5"));
      Coturn.Result result = Coturn.client(rig.port(), host, peer, all);
      assertThat(result.sent()).as(result.output()).isEqualTo(80);
      assertThat(result.received()).as(result.output()).isEqualTo(80);
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
