package dev.madang.bench.micro;

import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.protocol.srtp.SrtpReceiver;
import dev.madang.protocol.srtp.SrtpSender;
import dev.madang.wire.BigEndian;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The steps of one packet of 1200 bytes.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PacketBench {
  @Param({"AEAD_AES_128_GCM", "AES128_CM_HMAC_SHA1_80"})
  public String profile;

  private final byte[] plain = new byte[LENGTH];
  private final byte[] out = new byte[LENGTH + 64];
  private final byte[][] sealed = new byte[SEALED][];
  private final RtpPacket packet = new RtpPacket();
  private final RtpHeaderWriter header = new RtpHeaderWriter();
  private final byte[] mid = {'1'};
  private ExtensionMap ids = ExtensionMap.NONE;
  private SrtpProfile chosen;
  private byte[] key;
  private byte[] salt;
  private int headerLength;
  private SrtpSender sender;
  private SrtpReceiver receiver;
  private int next;
  private int sequence;

  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    random.nextBytes(plain);
    ids =
        ids.with(HeaderExtension.MID, 4)
            .with(HeaderExtension.TRANSPORT_SEQUENCE, 3)
            .with(HeaderExtension.ABSOLUTE_SEND_TIME, 2);
    headerLength = writeHeader(plain);
    chosen = SrtpProfile.valueOf(profile);
    key = new byte[chosen.keyLength()];
    salt = new byte[chosen.saltLength()];
    sender = new SrtpSender(chosen, key, salt);
    for (int i = 0; i < SEALED; i++) {
      sealed[i] = new byte[LENGTH + chosen.rtpOverhead()];
      BigEndian.put16(plain, 2, i);
      sender.protect(plain, 0, headerLength, LENGTH, sealed[i], 0);
    }
    sequence = SEALED;
    receiver = new SrtpReceiver(chosen, key, salt);
  }

  private int writeHeader(byte[] to) {
    header.begin(to, 0, 96, true, sequence, 1234, 5678);
    header.bytes(ids.id(HeaderExtension.MID), mid);
    header.transportSequence(ids.id(HeaderExtension.TRANSPORT_SEQUENCE), sequence);
    header.absoluteSendTime(ids.id(HeaderExtension.ABSOLUTE_SEND_TIME), sequence);
    return header.end();
  }

  @Benchmark
  public int protect() {
    BigEndian.put16(plain, 2, sequence++ & 0xFFFF);
    return sender.protect(plain, 0, headerLength, LENGTH, out, 0);
  }

  /// With a copy of the packet first, some 15 ns.
  @Benchmark
  public int unprotect() {
    if (next == SEALED) {
      next = 0;
      receiver = new SrtpReceiver(chosen, key, salt);
    }
    byte[] one = sealed[next++];
    System.arraycopy(one, 0, out, 0, one.length);
    int length = receiver.unprotect(out, 0, one.length);
    if (length != LENGTH) {
      throw new IllegalStateException("not opened: " + length);
    }
    return length;
  }

  @Benchmark
  public int parse() {
    return packet.read(plain, 0, LENGTH) ? packet.extensionShort(3) + packet.payloadLength() : -1;
  }

  @Benchmark
  public int rewrite() {
    sequence++;
    return writeHeader(out);
  }

  private static final int LENGTH = 1200;
  private static final int SEALED = 16_384;
}
