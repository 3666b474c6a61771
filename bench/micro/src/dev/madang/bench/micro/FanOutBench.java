package dev.madang.bench.micro;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.protocol.srtp.SrtpSender;
import dev.madang.room.forward.Coding;
import dev.madang.room.forward.Downlink;
import dev.madang.room.forward.Kind;
import dev.madang.room.forward.Settings;
import dev.madang.room.forward.Track;
import dev.madang.room.forward.Uplink;
import dev.madang.wire.BigEndian;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// One publisher's packet through track, relay and subscriptions to a hundred receivers; the figure
/// is of one receiver. Without the kernel, with and without encryption.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FanOutBench {
  @Param({"true", "false"})
  public boolean encrypted;

  private final byte[] packet = new byte[96 + LENGTH + 64];
  private final byte[] out = new byte[2048];
  private Uplink uplink;
  private long now = 1_000_000_000L;
  private int sequence;
  private long sent;

  @Setup
  public void prepare() {
    Settings settings = Settings.defaults("bench");
    ExtensionMap ids =
        ExtensionMap.NONE
            .with(HeaderExtension.MID, 4)
            .with(HeaderExtension.TRANSPORT_SEQUENCE, 3)
            .with(HeaderExtension.ABSOLUTE_SEND_TIME, 2);
    uplink = new Uplink(settings, ids, 1, (_, _, _) -> {}, now);
    Coding coding = new Coding(96, Codec.H264, -1);
    Track track = uplink.publish("0", Kind.VIDEO, List.of(coding), List.of(), (_, _, _) -> {});
    for (int i = 0; i < RECEIVERS; i++) {
      Downlink link = new Downlink(settings, ids, new Out(), now);
      link.subscribe(track.relay(), "0", 1000 + i, 0, coding, now);
    }
    BigEndian.put16(packet, AT, 0x8060);
    BigEndian.put32(packet, AT + 8, 42);
    // The beginning of a keyframe in fragments.
    packet[AT + 12] = 0x7C;
    packet[AT + 13] = (byte) 0x85;
    fanOut();
    packet[AT + 13] = 0x05;
    if (sent != RECEIVERS) {
      throw new IllegalStateException("not forwarded: " + sent);
    }
  }

  @Benchmark
  @OperationsPerInvocation(RECEIVERS)
  public long fanOut() {
    BigEndian.put16(packet, AT + 2, sequence & 0xFFFF);
    BigEndian.put32(packet, AT + 4, sequence / 9 * 3000);
    sequence++;
    now += 3_700_000L;
    uplink.receiveRtp(packet, AT, LENGTH, now);
    return sent;
  }

  private final class Out implements Downlink.Output {
    private final SrtpSender keys =
        new SrtpSender(SrtpProfile.AEAD_AES_128_GCM, new byte[16], new byte[12]);

    @Override
    public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
      sent++;
      if (encrypted) {
        keys.protect(bytes, offset, headerLength, length, out, 0);
      }
    }

    @Override
    public void sendRtcp(byte[] bytes, int offset, int length) {}
  }

  private static final int RECEIVERS = 100;
  private static final int LENGTH = 1200;
  private static final int AT = 96;
}
