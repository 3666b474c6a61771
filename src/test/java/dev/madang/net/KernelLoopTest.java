package dev.madang.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What Linux gives beyond the plain way.
@EnabledOnOs(OS.LINUX)
class KernelLoopTest {
  private final List<Loop> loops = new ArrayList<>();

  @AfterEach
  void closeLoops() {
    loops.forEach(Loop::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void answersFromTheAddressThatWasSpokenTo(String wildcard) throws Exception {
    Loop loop = start();
    UdpSocket socket =
        loop.ask(() ->
            loop.open(
                new InetSocketAddress(InetAddress.getByName(wildcard), 0),
                UdpOptions.defaults(),
                (from, _, _, _) -> {
                  byte[] local = String.valueOf(from.local()).getBytes(UTF_8);
                  from.send(local, 0, local.length);
                }));
    int port = socket.local().getPort();
    try (DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      client.setSoTimeout(5000);
      for (String host : List.of("127.0.0.1", "127.0.0.77")) {
        client.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(host, port)));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        client.receive(answer);
        assertThat(answer.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8))
            .isEqualTo(host + ":" + port);
      }
    }
  }

  @Test
  void severalLoopsShareAPortAndEachFarEndStaysWithOne() throws Exception {
    List<Loop> two = List.of(start(), start());
    Set<Loop> used = ConcurrentHashMap.newKeySet();
    List<UdpSocket> sockets =
        Loop.openShared(
            two,
            new InetSocketAddress("127.0.0.1", 0),
            UdpOptions.defaults(),
            loop ->
                (from, bytes, at, length) -> {
                  used.add(loop);
                  bytes[at] = (byte) two.indexOf(loop);
                  from.send(bytes, at, length);
                });
    assertThat(sockets).hasSize(2);
    for (int i = 0; i < 64; i++) {
      try (DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
        client.setSoTimeout(5000);
        assertThat(ask(client, sockets.get(0).local()))
            .isEqualTo(ask(client, sockets.get(0).local()));
      }
    }
    assertThat(used).hasSize(2);
  }

  @Test
  void aBurstMakesOneTripOut() throws Exception {
    Loop loop = start();
    UdpSocket socket =
        loop.ask(() ->
            loop.open(
                new InetSocketAddress("127.0.0.1", 0), UdpOptions.defaults(), (_, _, _, _) -> {}));
    try (DatagramSocket a = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
        DatagramSocket b = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      loop.ask(() -> {
        for (int i = 0; i < 10; i++) {
          for (DatagramSocket to : List.of(a, b)) {
            socket
                .path(dev.madang.wire.Address.parse("127.0.0.1", to.getLocalPort()))
                .send(new byte[1000], 0, 1000);
          }
        }
        return true;
      });
      for (int i = 0; i < 10; i++) {
        a.receive(new DatagramPacket(new byte[1500], 1500));
        b.receive(new DatagramPacket(new byte[1500], 1500));
      }
    }
    // Asked on the loop: the datagrams arrive before the turn that sent them has counted them.
    assertThat(loop.ask(() -> loop.traffic().packetsOut.value())).isEqualTo(20);
    assertThat(loop.ask(() -> loop.traffic().sends.value())).isEqualTo(2);
  }

  private static int ask(DatagramSocket client, InetSocketAddress server) throws Exception {
    client.send(new DatagramPacket(new byte[] {9}, 1, server));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    return answer.getData()[0];
  }

  private Loop start() throws Exception {
    Loop loop = Loop.start("loop-test", Loop.Way.KERNEL);
    loops.add(loop);
    return loop;
  }
}
