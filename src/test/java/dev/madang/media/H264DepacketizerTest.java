package dev.madang.media;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.BigEndian;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class H264DepacketizerTest {
  private final List<Frame.H264> frames = new ArrayList<>();
  private final H264Depacketizer depacketizer = new H264Depacketizer(frames::add);
  private final RtpPacket view = new RtpPacket();
  private int sequence;

  /// An aggregate of NAL units of one byte each.
  private void aggregate(int units, int timestamp, boolean last) {
    byte[] packet = new byte[12 + 1 + 3 * units];
    RtpHeaderWriter header = new RtpHeaderWriter();
    header.begin(packet, 0, 96, last, ++sequence, timestamp, 1);
    int at = header.end();
    packet[at++] = H264Payload.STAP_A;
    for (int i = 0; i < units; i++, at += 3) {
      BigEndian.put16(packet, at, 1);
      packet[at + 2] = H264Payload.IDR;
    }
    assertThat(view.read(packet, 0, packet.length)).isTrue();
    depacketizer.receive(view);
  }

  /// Seven thousand packets of four hundred units would be three million arrays.
  @Test
  void aPictureOfCountlessUnitsIsLeftOutBeforeItTakesMemory() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    aggregate(400, 1, true);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 500; i++) {
      aggregate(400, 2, i == 499);
    }
    // The packets themselves take 700 KB.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
    assertThat(depacketizer.broken()).isOne();
    aggregate(400, 3, true);
    assertThat(frames).extracting(Frame::timestamp).hasSize(2);
    assertThat(frames.getLast().units()).hasSize(400);
  }
}
