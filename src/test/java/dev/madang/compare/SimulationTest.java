package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private static final Workload CURSOR = Workload.CURSOR.withDeadline(180);

  @ParameterizedTest
  @EnumSource(names = {"UDP", "TCP", "CHANNEL", "UNORDERED", "LOSSY", "LIFETIME"})
  void whereNothingIsLostEveryLaneTakesARoundTrip(Kind lane) {
    Figures figures = simulated("rtt=80ms", lane);
    assertThat(figures.sent()).isEqualTo(3600);
    assertThat(figures.lost()).isZero();
    assertThat(figures.p50()).isEqualTo(80);
    assertThat(figures.p99()).isEqualTo(80);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void itHasTheOrderThatRealNetworksHave(int seed) {
    String network = "loss=2%,rtt=80ms,seed=" + seed;
    Figures udp = simulated(network, Kind.UDP);
    Figures lossy = simulated(network, Kind.LOSSY);
    Figures tcp = simulated(network, Kind.TCP);
    Figures channel = simulated(network, Kind.CHANNEL);
    assertThat(udp.p95()).isEqualTo(80);
    assertThat(lossy.p95()).isEqualTo(80);
    // What the kernel's TCP was measured to do: 150 to 195 ms.
    assertThat(tcp.p95()).isBetween(140.0, 200.0);
    assertThat(channel.p95()).isGreaterThan(tcp.p95());
    for (Figures loses : new Figures[] {udp, lossy}) {
      // Both ways: 1 - 0.98².
      assertThat((double) loses.lost() / loses.sent()).isCloseTo(0.04, within(0.012));
    }
    assertThat(tcp.lost()).isZero();
    assertThat(channel.lost()).isZero();
  }

  @Test
  void theSameSeedIsTheSameAgain() {
    for (Kind lane : new Kind[] {Kind.TCP, Kind.CHANNEL}) {
      Figures once = simulated("loss=5%,rtt=300ms,jitter=10ms,seed=9", lane);
      Figures again = simulated("loss=5%,rtt=300ms,jitter=10ms,seed=9", lane);
      assertThat(again.cdf()).containsExactly(once.cdf());
      assertThat(again.late()).isEqualTo(once.late());
    }
  }

  @Test
  void manyReceiversWaitForTheOneLineOfTheServer() {
    Link.Settings wide = Link.Settings.parse("rtt=80ms,rate=100mbit");
    Link.Settings narrow = Link.Settings.parse("rtt=80ms,rate=100kbit");
    Workload chat = Workload.CHAT;
    assertThat(Simulation.of(wide, chat, Kind.UDP, 10, 100).p99()).isCloseTo(80, within(2.0));
    Figures jammed = Simulation.of(narrow, chat, Kind.CHANNEL, 10, 50);
    assertThat(jammed.p50()).isGreaterThan(200);
  }

  /// The page's model of TCP is another program: both are held to `docs/tcp-model-vectors.json`,
  /// this one exactly, the page's nearly. `-Dmadang.update=true` writes it anew.
  @Test
  void theModelOfTcpSaysWhatTheVectorsSay() throws IOException {
    Path file = Path.of("docs/tcp-model-vectors.json");
    List<String> lines = new ArrayList<>();
    for (int rtt : new int[] {1, 20, 80, 200}) {
      for (double loss : new double[] {0, 0.01, 0.02, 0.05}) {
        Figures tcp =
            Simulation.of(Link.Settings.NONE.withLoss(loss).withRtt(rtt), CURSOR, Kind.TCP, 600, 1);
        lines.add(
            "  {\"rtt\":%d,\"loss\":%s,\"cdf\":%s}"
                .formatted(rtt, loss, Arrays.toString(tcp.cdf()).replace(" ", "")));
      }
    }
    String now = "[\n" + String.join(",\n", lines) + "\n]\n";
    if (Boolean.getBoolean("madang.update")) {
      Files.writeString(file, now);
    }
    assertThat(now).isEqualTo(Files.readString(file));
  }

  private static Figures simulated(String network, Kind lane) {
    return Simulation.of(Link.Settings.parse(network), CURSOR, lane, 60, 1);
  }
}
