package dev.madang.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.wire.Address;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What becomes of datagrams when the kernel refuses them: a real kernel, whose answers to a send
/// are now and then replaced.
@EnabledOnOs(OS.LINUX)
class KernelFailureTest {
  private final Queue<Integer> answers = new ArrayDeque<>();
  private Loop loop;
  private UdpSocket one;
  private UdpSocket other;
  private DatagramSocket a;
  private DatagramSocket b;

  /// Answers a number below zero as it is, sends at most that many messages for one above.
  private final class Moody extends Kernel {
    Moody(Arena arena) {
      super(arena);
    }

    @Override
    int send(int fd, MemorySegment messages, int count) throws SocketException {
      Integer answer = answers.poll();
      if (answer == null) {
        return super.send(fd, messages, count);
      }
      return answer < 0 ? answer : super.send(fd, messages, Math.min(count, answer));
    }
  }

  @BeforeEach
  void open() throws Exception {
    loop = Loop.start("loop-test", Loop.Way.KERNEL, Moody::new);
    InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
    one = loop.ask(() -> loop.open(any, UdpOptions.defaults(), (_, _, _, _) -> {}));
    other = loop.ask(() -> loop.open(any, UdpOptions.defaults(), (_, _, _, _) -> {}));
    a = new DatagramSocket(any);
    b = new DatagramSocket(any);
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
    loop.close();
  }

  @Test
  void sendsTheRestWhenTheKernelTakesAPart() throws Exception {
    turn(List.of(1, 1, -Kernel.EINTR, 1), send(one, a, 100), send(one, b, 200), send(one, a, 300));
    assertThat(received(a)).containsExactly(100, 300);
    assertThat(received(b)).containsExactly(200);
    assertCounts(3, 0, 0);
  }

  @Test
  void dropsWhatASocketHasNoRoomForAndSendsWhatOthersHave() throws Exception {
    turn(
        List.of(1, -Kernel.EAGAIN),
        send(one, a, 100),
        send(one, b, 200),
        send(one, a, 300),
        send(other, b, 400));
    assertThat(received(a)).containsExactly(100);
    assertThat(received(b)).containsExactly(400);
    assertCounts(2, 2, 0);
  }

  @Test
  void dropsOneRunWhenTheQueueIsFullForIt() throws Exception {
    turn(List.of(-Kernel.ENOBUFS), send(one, a, 100), send(one, a, 100), send(one, b, 200));
    assertThat(received(a)).isEmpty();
    assertThat(received(b)).containsExactly(200);
    assertCounts(1, 2, 0);
  }

  @Test
  void passesOverWhatAFirewallForbids() throws Exception {
    turn(List.of(1, -Kernel.EPERM), send(one, a, 100), send(one, b, 200), send(one, a, 300));
    assertThat(received(a)).containsExactly(100, 300);
    assertThat(received(b)).isEmpty();
    assertCounts(2, 0, 1);
  }

  @Test
  void sendsSinglyWhereTheDeviceCannotSegment() throws Exception {
    Runnable[] burst = {send(one, a, 100), send(one, a, 100), send(one, a, 60), send(one, b, 9)};
    turn(List.of(-Kernel.EIO), burst);
    assertThat(received(a)).containsExactly(100, 100, 60);
    assertThat(received(b)).containsExactly(9);
    assertThat(loop.ask(() -> loop.traffic().sends.value())).isEqualTo(4);
    turn(List.of(), burst);
    assertThat(received(a)).containsExactly(100, 100, 60);
    assertThat(loop.ask(() -> loop.traffic().sends.value())).isEqualTo(8);
  }

  @Test
  void sendsSinglyWhatIsLongerThanAPathsLargestPacket() throws Exception {
    turn(List.of(-Kernel.EINVAL), send(one, a, 100), send(one, a, 100));
    assertThat(received(a)).containsExactly(100, 100);
    turn(List.of(), send(one, a, 100), send(one, a, 100));
    assertThat(received(a)).containsExactly(100, 100);
    assertThat(loop.ask(() -> loop.traffic().sends.value())).isEqualTo(4);
    // Shorter ones still make one trip.
    turn(List.of(), send(one, a, 99), send(one, a, 99));
    assertThat(received(a)).containsExactly(99, 99);
    assertThat(loop.ask(() -> loop.traffic().sends.value())).isEqualTo(5);
  }

  private void turn(List<Integer> kernelAnswers, Runnable... sends) throws Exception {
    loop.ask(() -> {
      answers.addAll(kernelAnswers);
      for (Runnable send : sends) {
        send.run();
      }
      return true;
    });
    // The next turn: what was sent in the one before has left.
    loop.ask(() -> true);
  }

  private static Runnable send(UdpSocket from, DatagramSocket to, int length) {
    Address address = Address.parse("127.0.0.1", to.getLocalPort());
    return () -> from.path(address).send(new byte[length], 0, length);
  }

  /// The lengths of what is there: loopback delivers before a send returns.
  private static List<Integer> received(DatagramSocket at) throws Exception {
    List<Integer> lengths = new ArrayList<>();
    try (DatagramSocket marker = new DatagramSocket()) {
      InetSocketAddress own = new InetSocketAddress("127.0.0.1", at.getLocalPort());
      marker.send(new DatagramPacket(new byte[1], 1, own));
    }
    at.setSoTimeout(5000);
    while (true) {
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      at.receive(packet);
      if (packet.getLength() == 1) {
        return lengths;
      }
      lengths.add(packet.getLength());
    }
  }

  private void assertCounts(long sent, long full, long refused) throws Exception {
    assertThat(loop.ask(() -> loop.traffic().packetsOut.value())).as("sent").isEqualTo(sent);
    assertThat(loop.ask(() -> loop.traffic().droppedFull.value())).as("no room").isEqualTo(full);
    assertThat(loop.ask(() -> loop.traffic().refused.value())).as("refused").isEqualTo(refused);
  }
}
