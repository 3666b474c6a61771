package dev.madang.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.wire.BigEndian;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class InOrderTest {
  private static final long PATIENCE = 200;
  private final List<Integer> out = new ArrayList<>();
  private final InOrder order = new InOrder(packet -> out.add(packet.sequence()), PATIENCE);

  private void receive(int sequence, long now) {
    byte[] packet = new byte[20];
    packet[0] = (byte) 0x80;
    BigEndian.put16(packet, 2, sequence);
    order.receive(packet, 0, packet.length, now);
  }

  @Test
  void packetsInOrderPassAtOnce() {
    for (int i = 65_533; i < 65_540; i++) {
      receive(i & 0xFFFF, 0);
    }
    assertThat(out).containsExactly(65_533, 65_534, 65_535, 0, 1, 2, 3);
    assertThat(order.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneThatComesEarlyWaitsForTheOneBefore() {
    receive(1, 0);
    receive(3, 10);
    receive(4, 20);
    receive(3, 25);
    assertThat(out).containsExactly(1);
    assertThat(order.deadline()).isEqualTo(10 + PATIENCE);
    receive(2, 30);
    assertThat(out).containsExactly(1, 2, 3, 4);
    receive(2, 40);
    assertThat(out).hasSize(4);
  }

  @Test
  void whatDoesNotComeIsGivenUp() {
    receive(1, 0);
    receive(3, 10);
    receive(6, 50);
    order.tick(209);
    assertThat(out).containsExactly(1);
    order.tick(210);
    assertThat(out).containsExactly(1, 3);
    order.tick(409);
    assertThat(out).containsExactly(1, 3);
    order.tick(410);
    assertThat(out).containsExactly(1, 3, 6);
    receive(5, 411);
    receive(7, 412);
    assertThat(out).containsExactly(1, 3, 6, 7);
  }

  @Test
  void anotherStreamOrALongHoleIsNotWaitedFor() {
    receive(1, 0);
    receive(3, 0);
    receive(20_000, 1);
    receive(20_001, 1);
    receive(50, 2);
    assertThat(out).containsExactly(1, 3, 20_000, 20_001, 50);
  }

  @Test
  void whateverComesEachLeavesOnceAndNothingWaitsForEver() {
    Fuzz.each(
        200,
        seed -> {
          RandomGenerator random = seed.random();
          List<Integer> left = new ArrayList<>();
          InOrder any = new InOrder(packet -> left.add(packet.sequence()), PATIENCE);
          int sequence = random.nextInt(1 << 16);
          long now = 0;
          for (int i = 0; i < 500; i++) {
            byte[] packet = new byte[random.nextInt(4) == 0 ? random.nextInt(30) : 20];
            if (packet.length > 3) {
              packet[0] = (byte) (random.nextInt(50) == 0 ? random.nextInt() : 0x80);
              sequence +=
                  random.nextInt(20) == 0 ? random.nextInt(-700, 700) : random.nextInt(-1, 3);
              BigEndian.put16(packet, 2, sequence & 0xFFFF);
            }
            now += random.nextInt(40);
            any.receive(packet, 0, packet.length, now);
            any.tick(now);
            long due = any.deadline();
            assertThat(due == Long.MAX_VALUE || due - now <= PATIENCE && due - now > 0).isTrue();
          }
          for (int i = 1; i < left.size(); i++) {
            assertThat(left.get(i)).isNotEqualTo(left.get(i - 1));
          }
          assertThat(left).hasSizeGreaterThan(10);
        });
  }
}
