package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.rig.Kept;
import dev.madang.server.udp.UdpDoor;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// People come and go, 200 a second, by real connections over loopback. `-Dmadang.joins=36000` for
/// three minutes of it.
class ChurnTest {
  private static final int JOINS = Integer.getInteger("madang.joins", 2000);
  private static final int PER_SECOND = 200;

  /// What loads, compiles and grows once.
  private static final int WARM_UP = 400;

  private final ExecutorService home = Executors.newSingleThreadExecutor();
  private MediaRig rig;
  private Clients clients;
  private Hall hall;

  @BeforeEach
  void open() throws Exception {
    MediaDoor.Config usual = MediaDoor.Config.defaults();
    rig =
        new MediaRig(
            new UdpDoor.Config("", 0, 0, false),
            new MediaDoor.Config(
                true,
                usual.addresses(),
                0,
                0,
                usual.connectTimeout(),
                10_000,
                10_000,
                usual.voices(),
                true,
                usual.tcpQueue(),
                usual.tcpPatience()));
    clients = new Clients(1, null);
    hall = new Hall(rig.media, home);
  }

  @AfterEach
  void close() {
    clients.close();
    rig.close();
    home.shutdown();
  }

  @Test
  void whoComesAndGoesLeavesNothingBehind() throws Exception {
    comeAndGo(WARM_UP);
    Kept before = Kept.settled(rig.udp.loops());
    long begun = System.nanoTime();
    comeAndGo(JOINS);
    double seconds = (System.nanoTime() - begun) / 1e9;
    before.awaitAgain(rig.udp.loops());
    System.out.printf(
        "%d joins in %.1f s%nbefore %s%nafter  %s%n",
        JOINS, seconds, before, Kept.settled(rig.udp.loops()));
  }

  /// Each call is two joins and two goodbyes.
  private void comeAndGo(int joins) throws Exception {
    Semaphore room = new Semaphore(MOST_AT_A_TIME);
    ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
    long begun = System.nanoTime();
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < joins / 2; i++) {
        long due = begun + i * 2L * 1_000_000_000L / PER_SECOND;
        while (due - System.nanoTime() > 0) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        room.acquire();
        int number = i;
        people.execute(() -> {
          try {
            meet(number);
          } catch (Exception | AssertionError broken) {
            failed.add(broken);
          } finally {
            room.release();
          }
        });
      }
    }
    assertThat(failed).isEmpty();
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> rig.meters.get("madang.media.transports").gauge().value() == 0);
  }

  private void meet(int number) throws Exception {
    Call call = new Call(hall, home, clients, "room " + number, (_, _, _, _) -> {});
    call.begin();
    byte[] packet = TransportTest.rtp(number, 1000);
    packet[1] = (byte) call.type(1);
    for (int i = 0; i < 5; i++) {
      call.sending.tell(() -> call.sending.sendRtp(packet, 0, 12, packet.length));
    }
    if (number % 2 == 0) {
      call.end();
    } else {
      call.leave();
      call.close();
    }
  }

  private static final int MOST_AT_A_TIME = 64;
}
