package dev.madang.protocol.dtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SecureRecordsTest {
  @Test
  void oneOpensWhatTheOtherSeals() {
    SecureRecords from = new SecureRecords(keys(1), keys(2), 1);
    SecureRecords to = new SecureRecords(keys(2), keys(1), 1);
    for (int length = 0; length < 1500; length += 7) {
      byte[] data = data(length);
      byte[] record = new byte[1600];
      int size = from.seal(RecordHeader.APPLICATION_DATA, data, 0, length, record, 30);
      assertThat(size).isEqualTo(length + SecureRecords.OVERHEAD);
      assertThat(RecordHeader.length(record, 30, 1570)).isEqualTo(size);
      assertThat(RecordHeader.type(record, 30)).isEqualTo(RecordHeader.APPLICATION_DATA);

      assertThat(to.open(record, 30, size)).isEqualTo(length);
      int from0 = 30 + SecureRecords.DATA;
      assertThat(Arrays.copyOfRange(record, from0, from0 + length)).isEqualTo(data);
    }
    assertThatThrownBy(() -> from.seal(23, new byte[20_000], 0, 16_385, new byte[20_000], 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** 34. */
  @Test
  void acceptsEachRecordOnceAndNoneOlderThanTheWindow() {
    SecureRecords from = new SecureRecords(keys(1), keys(2), 1);
    SecureRecords to = new SecureRecords(keys(2), keys(1), 1);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < 640; i++) {
      records.add(seal(from, i % 30));
    }
    byte[] first = records.getFirst().clone();
    for (int at = 0; at < 640; at += 64) {
      Collections.shuffle(records.subList(at, at + 64), new Random(at));
    }
    for (byte[] record : records) {
      byte[] again = record.clone();
      assertThat(to.open(record, 0, record.length)).isNotNegative();
      assertThat(to.open(again, 0, again.length)).isNegative();
    }
    assertThat(to.open(first, 0, first.length)).isNegative();
  }

  /** 34. */
  @Test
  void anotherEpochIsNoRecordOfOurs() {
    SecureRecords from = new SecureRecords(keys(1), keys(2), 1);
    SecureRecords to = new SecureRecords(keys(2), keys(1), 1);
    byte[] record = seal(from, 20);
    for (int epoch : new int[] {0, 2, 0x0101, 0xFFFF}) {
      byte[] other = record.clone();
      other[3] = (byte) (epoch >>> 8);
      other[4] = (byte) epoch;
      assertThat(to.open(other, 0, other.length)).isNegative();
    }
    assertThat(to.open(record, 0, record.length)).isEqualTo(20);
  }

  @Test
  void acceptsNothingThatWasTouched() {
    Fuzz.each(30, seed -> touch(seed));
  }

  private static void touch(Seed seed) {
    RandomGenerator random = seed.random();
    SecureRecords from = new SecureRecords(keys(1), keys(2), 1);
    SecureRecords to = new SecureRecords(keys(2), keys(1), 1);
    for (int i = 0; i < 100; i++) {
      byte[] record = seal(from, random.nextInt(60));
      byte[] touched = Fuzz.mutate(record, random);
      if (!Arrays.equals(touched, record)) {
        assertThat(to.open(touched, 0, touched.length)).isNegative();
      }
      assertThat(to.open(record, 0, record.length)).isNotNegative();
    }
  }

  private static byte[] seal(SecureRecords from, int length) {
    byte[] record = new byte[length + SecureRecords.OVERHEAD];
    from.seal(RecordHeader.APPLICATION_DATA, data(length), 0, length, record, 0);
    return record;
  }

  private static byte[] data(int length) {
    byte[] data = new byte[length];
    Arrays.fill(data, (byte) length);
    return data;
  }

  private static SecureRecords.Keys keys(int seed) {
    byte[] key = new byte[16];
    Arrays.fill(key, (byte) seed);
    return new SecureRecords.Keys(key, Arrays.copyOf(key, 4));
  }
}
