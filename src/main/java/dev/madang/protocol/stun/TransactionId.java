package dev.madang.protocol.stun;

import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import java.util.random.RandomGenerator;

/** The 96 bits by which an answer finds its question. */
public record TransactionId(int high, long low) {
  public static TransactionId random(RandomGenerator random) {
    return new TransactionId(random.nextInt(), random.nextLong());
  }

  static TransactionId read(ByteReader reader) {
    return new TransactionId(reader.i32(), reader.i64());
  }

  void write(ByteWriter writer) {
    writer.i32(high).i64(low);
  }
}
