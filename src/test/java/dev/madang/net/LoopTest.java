package dev.madang.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.madang.wire.Address;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Both ways of speaking to the system keep the same promises.
@ParameterizedClass
@MethodSource("ways")
class LoopTest {
  @Parameter Loop.Way way;

  private final List<Loop> loops = new ArrayList<>();

  static List<Loop.Way> ways() {
    return Kernel.available()
        ? List.of(Loop.Way.KERNEL, Loop.Way.CHANNELS)
        : List.of(Loop.Way.CHANNELS);
  }

  @AfterEach
  void closeLoops() {
    loops.forEach(Loop::close);
  }

  @Test
  void whoAsksHearsOfWhatWentWrongErrorsToo() throws Exception {
    Loop loop = start();
    assertThatThrownBy(() ->
            loop.ask(() -> {
              throw new NoClassDefFoundError("gone with its jar");
            }))
        .isInstanceOf(NoClassDefFoundError.class);
    assertThat(loop.ask(() -> "goes on")).isEqualTo("goes on");
  }

  @Test
  void answersADatagram() throws Exception {
    Loop loop = start();
    UdpSocket echo =
        open(loop, "127.0.0.1", (from, bytes, at, length) -> from.send(bytes, at, length));
    try (DatagramSocket client = client()) {
      send(client, "hello".getBytes(UTF_8), echo.local());
      assertThat(receive(client)).asString().isEqualTo("hello");
    }
  }

  @Test
  void speaksIpv6() throws Exception {
    Loop loop = start();
    BlockingQueue<Address> heard = new LinkedBlockingQueue<>();
    UdpSocket echo =
        open(
            loop,
            "::1",
            (from, bytes, at, length) -> {
              heard.add(from.remote());
              from.send(bytes, at, length);
            });
    try (DatagramSocket client = new DatagramSocket(new InetSocketAddress("::1", 0))) {
      client.setSoTimeout(5000);
      send(client, new byte[] {1, 2, 3}, echo.local());
      assertThat(receive(client)).containsExactly(1, 2, 3);
      assertThat(heard.take()).isEqualTo(Address.parse("::1", client.getLocalPort()));
    }
  }

  @Test
  void aSocketOnTheIpv6WildcardSpeaksBothFamilies() throws Exception {
    Loop loop = start();
    BlockingQueue<Address> heard = new LinkedBlockingQueue<>();
    UdpSocket echo =
        open(
            loop,
            "::",
            (from, bytes, at, length) -> {
              heard.add(from.remote());
              from.socket().path(from.remote()).send(bytes, at, length);
            });
    for (String host : List.of("127.0.0.1", "::1")) {
      try (DatagramSocket client = new DatagramSocket(new InetSocketAddress(host, 0))) {
        client.setSoTimeout(5000);
        send(client, new byte[] {9}, new InetSocketAddress(host, echo.local().getPort()));
        assertThat(receive(client)).containsExactly(9);
        assertThat(heard.take()).isEqualTo(Address.parse(host, client.getLocalPort()));
      }
    }
  }

  @Test
  void deliversBurstsToSeveralFarEndsWholeAndInOrder() throws Exception {
    Loop loop = start();
    UdpSocket socket = open(loop, "127.0.0.1", (_, _, _, _) -> {});
    Random random = new Random(7);
    int[] lengths = {0, 1, 700, 700, 700, 1200, 1200, 1199, 1200, 40, 1300};
    try (DatagramSocket a = client();
        DatagramSocket b = client();
        DatagramSocket c = client()) {
      List<DatagramSocket> clients = List.of(a, b, c);
      List<List<byte[]>> sent = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      loop.ask(() -> {
        for (int i = 0; i < 150; i++) {
          int to = random.nextInt(3);
          byte[] packet = new byte[lengths[random.nextInt(lengths.length)]];
          random.nextBytes(packet);
          sent.get(to).add(packet);
          socket
              .path(Address.parse("127.0.0.1", clients.get(to).getLocalPort()))
              .send(packet, 0, packet.length);
        }
        return true;
      });
      for (int i = 0; i < 3; i++) {
        for (byte[] packet : sent.get(i)) {
          assertThat(receive(clients.get(i))).isEqualTo(packet);
        }
      }
    }
    assertThat(loop.ask(() -> loop.traffic().packetsOut.value())).isEqualTo(150);
    assertThat(loop.ask(() -> loop.traffic().droppedFull.value())).isZero();
    assertThat(loop.ask(() -> loop.traffic().refused.value())).isZero();
  }

  @Test
  void aReceiverMayWriteAroundADatagramWithoutHarmToTheNext() throws Exception {
    Loop loop = start();
    BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
    UdpSocket target =
        open(
            loop,
            "127.0.0.1",
            (_, bytes, at, length) -> {
              heard.add(Arrays.copyOfRange(bytes, at, at + length));
              Arrays.fill(bytes, at - Receiver.HEADROOM, at, (byte) -1);
              Arrays.fill(bytes, at + length, at + length + Receiver.TAILROOM, (byte) -1);
            });
    Loop other = start();
    UdpSocket source = open(other, "127.0.0.1", (_, _, _, _) -> {});
    other.ask(() -> {
      dev.madang.net.Path path = source.path(target.boundAddress());
      for (int i = 0; i < 40; i++) {
        byte[] packet = new byte[i == 39 ? 5 : 200];
        Arrays.fill(packet, (byte) i);
        path.send(packet, 0, packet.length);
      }
      return true;
    });
    for (int i = 0; i < 40; i++) {
      byte[] expected = new byte[i == 39 ? 5 : 200];
      Arrays.fill(expected, (byte) i);
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(expected);
    }
    assertThat(loop.ask(() -> loop.traffic().packetsIn.value())).isEqualTo(40);
    if (way == Loop.Way.KERNEL) {
      assertThat(other.ask(() -> other.traffic().sends.value())).isEqualTo(1);
    }
  }

  @Test
  void handsOutTheSamePathForTheSameFarEnd() throws Exception {
    Loop loop = start();
    BlockingQueue<dev.madang.net.Path> heard = new LinkedBlockingQueue<>();
    UdpSocket socket = open(loop, "127.0.0.1", (from, _, _, _) -> heard.add(from));
    try (DatagramSocket a = client();
        DatagramSocket b = client()) {
      for (DatagramSocket each : List.of(a, b, a)) {
        send(each, new byte[1], socket.local());
      }
      dev.madang.net.Path first = heard.take();
      assertThat(heard.take()).isNotEqualTo(first);
      assertThat(heard.take()).isSameAs(first);
      assertThat(loop.ask(() -> socket.path(first.remote()))).isSameAs(first);
    }
  }

  @Test
  void remembersNoMoreFarEndsThanItsLimit() throws Exception {
    Loop loop = start();
    UdpSocket socket = open(loop, "127.0.0.1", (_, _, _, _) -> {});
    loop.ask(() -> {
      for (int i = 0; i < 300_000; i++) {
        socket.path(Address.v4(0x0A000000 + i, 4000));
      }
      return true;
    });
    assertThat(socket.known()).isLessThanOrEqualTo(65_536);
  }

  @Test
  void runsTimersAtTheirTimeAndInOrder() throws Exception {
    Loop loop = start();
    List<Integer> ran = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    long start =
        loop.ask(() -> {
          long now = loop.now();
          Timer moved = loop.timer(() -> ran.add(9));
          moved.at(now + 1_000_000);
          List<Integer> order = new ArrayList<>(IntStream.range(0, 50).boxed().toList());
          java.util.Collections.shuffle(order, new Random(3));
          for (int i : order) {
            loop.timer(() -> ran.add(i)).at(now + 2_000_000 + i * 100_000L);
          }
          Timer never = loop.timer(() -> ran.add(-1));
          never.at(now + 3_000_000);
          never.cancel();
          moved.at(now + 20_000_000);
          loop.timer(done::countDown).at(now + 30_000_000);
          return now;
        });
    assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
    List<Integer> expected = new ArrayList<>(IntStream.range(0, 50).boxed().toList());
    expected.add(9);
    assertThat(loop.ask(() -> List.copyOf(ran))).isEqualTo(expected);
  }

  @Test
  void readsLettersFromManyThreadsInEachOnesOrder() throws Exception {
    Loop loop = start();
    List<int[]> read = new ArrayList<>();
    List<Thread> writers =
        IntStream.range(0, 4)
            .mapToObj(writer ->
                Thread.startVirtualThread(() -> {
                  for (int i = 0; i < 5000; i++) {
                    int[] letter = {writer, i};
                    loop.tell(() -> read.add(letter));
                  }
                }))
            .toList();
    for (Thread writer : writers) {
      writer.join();
    }
    List<int[]> all = loop.ask(() -> List.copyOf(read));
    assertThat(all).hasSize(20_000);
    for (int writer = 0; writer < 4; writer++) {
      int of = writer;
      assertThat(all.stream().filter(letter -> letter[0] == of).mapToInt(letter -> letter[1]))
          .isSorted();
    }
  }

  @Test
  void saysHowLongATurnTookBeforeWhatWasSentInItLeaves() throws Exception {
    Loop loop = start();
    UdpSocket socket = open(loop, "127.0.0.1", (_, _, _, _) -> {});
    Map<Long, Long> ends = new ConcurrentHashMap<>();
    try (DatagramSocket client = client()) {
      Address far = Address.parse("127.0.0.1", client.getLocalPort());
      long began =
          loop.ask(() -> {
            loop.onLongTurn(ends::put);
            socket.path(far).send(new byte[] {1}, 0, 1);
            while (System.nanoTime() - loop.now() < 10_000_000) {
              Thread.onSpinWait();
            }
            return loop.now();
          });
      assertThat(receive(client)).containsExactly(1);
      if (way == Loop.Way.KERNEL) {
        assertThat(ends.get(began)).isBetween(began + 10_000_000, System.nanoTime());
      } else {
        // There it has left at once.
        assertThat(ends).isEmpty();
      }
    }
  }

  @Test
  void goesOnWhenAReceiverBreaks() throws Exception {
    Loop loop = start();
    UdpSocket socket =
        open(
            loop,
            "127.0.0.1",
            (from, bytes, at, length) -> {
              if (length == 3) {
                throw new IllegalStateException("broken on purpose");
              }
              from.send(bytes, at, length);
            });
    try (DatagramSocket client = client()) {
      send(client, new byte[3], socket.local());
      send(client, new byte[4], socket.local());
      assertThat(receive(client)).hasSize(4);
    }
  }

  @Test
  void countsWhatTheKernelRefusesAndSendsTheRest() throws Exception {
    Loop loop = start();
    UdpSocket socket = open(loop, "127.0.0.1", (_, _, _, _) -> {});
    try (DatagramSocket client = client()) {
      loop.ask(() -> {
        dev.madang.net.Path path = socket.path(Address.parse("127.0.0.1", client.getLocalPort()));
        path.send(new byte[10], 0, 10);
        path.send(new byte[65_508], 0, 65_508);
        socket.path(Address.parse("::1", 9)).send(new byte[10], 0, 10);
        path.send(new byte[11], 0, 11);
        return true;
      });
      assertThat(receive(client)).hasSize(10);
      assertThat(receive(client)).hasSize(11);
    }
    await().until(() -> loop.traffic().refused.value() == 2);
    assertThat(loop.ask(() -> loop.traffic().packetsOut.value())).isEqualTo(2);
  }

  @Test
  void aClosedSocketSendsAndReceivesNothingMore() throws Exception {
    Loop loop = start();
    UdpSocket socket = open(loop, "127.0.0.1", (from, _, _, _) -> from.socket().close());
    try (DatagramSocket client = client()) {
      send(client, new byte[1], socket.local());
      await().until(() -> loop.ask(socket::isClosed));
      loop.ask(() -> {
        socket.path(Address.parse("127.0.0.1", client.getLocalPort())).send(new byte[1], 0, 1);
        return true;
      });
      assertThat(loop.ask(() -> loop.traffic().packetsOut.value())).isZero();
    }
  }

  @Test
  void saysThatAPortIsInUse() throws Exception {
    Loop loop = start();
    try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", taken.getLocalPort());
      assertThatThrownBy(() ->
              Loop.openShared(
                  List.of(loop), address, UdpOptions.defaults(), _ -> (_, _, _, _) -> {}))
          .isInstanceOf(BindException.class);
    }
  }

  @Test
  void closingGivesEveryDescriptorBack() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return;
    }
    Loop warm = start();
    open(warm, "127.0.0.1", (_, _, _, _) -> {});
    warm.close();
    long before = count(descriptors);
    for (int round = 0; round < 20; round++) {
      Loop loop = start();
      for (int i = 0; i < 20; i++) {
        UdpSocket socket = open(loop, "127.0.0.1", (_, _, _, _) -> {});
        if (i % 2 == 0) {
          loop.ask(() -> {
            socket.close();
            return true;
          });
        }
      }
      loop.close();
    }
    assertThat(count(descriptors)).isEqualTo(before);
  }

  @Test
  void aClosedLoopAnswersNobody() throws Exception {
    Loop loop = start();
    loop.close();
    assertThatThrownBy(() -> loop.ask(() -> 1)).isInstanceOf(IOException.class);
  }

  private Loop start() throws IOException {
    Loop loop = Loop.start("loop-test", way);
    loops.add(loop);
    return loop;
  }

  private static UdpSocket open(Loop loop, String host, Receiver receiver) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), 0);
    return loop.ask(() -> loop.open(address, UdpOptions.defaults(), receiver));
  }

  private static DatagramSocket client() throws IOException {
    DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
    client.setSoTimeout(5000);
    client.setReceiveBufferSize(1 << 20);
    return client;
  }

  private static void send(DatagramSocket client, byte[] bytes, InetSocketAddress to)
      throws IOException {
    client.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static byte[] receive(DatagramSocket client) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    client.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }
}
