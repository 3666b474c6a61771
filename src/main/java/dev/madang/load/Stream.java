package dev.madang.load;

import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.sdp.DownSection;
import dev.madang.server.webrtc.ClientSession;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// One RTP stream of a [Publisher]: headers as a browser writes them, and the last packets, for who
/// missed one. Lives on its session's loop.
final class Stream {
  private final ClientSession session;
  private final int payloadType;
  private final int ssrc;
  private final byte[] mid;
  private final int midId;
  private final int sendTimeId;
  private final int transportId;
  private final RtpHeaderWriter header = new RtpHeaderWriter();

  /// What was sent under each number: [#ROOM] bytes a number.
  private final byte[] kept = new byte[REMEMBERED * ROOM];

  private final int[] keptNumber = new int[REMEMBERED];
  private final int[] keptHeader = new int[REMEMBERED];
  private final int[] keptLength = new int[REMEMBERED];
  private int sequence;
  private int packets;
  private int octets;

  Stream(ClientSession session, DownSection section, int sequence) {
    this.session = session;
    this.sequence = sequence;
    payloadType = section.payloads().getFirst().codec().payloadType();
    ssrc = (int) section.track().ssrc();
    mid = section.mid().getBytes(StandardCharsets.UTF_8);
    ExtensionMap ids = ids(section.extensions());
    midId = ids.id(HeaderExtension.MID);
    sendTimeId = ids.id(HeaderExtension.ABSOLUTE_SEND_TIME);
    transportId = ids.id(HeaderExtension.TRANSPORT_SEQUENCE);
  }

  static ExtensionMap ids(Map<Integer, String> agreed) {
    ExtensionMap ids = ExtensionMap.NONE;
    for (Map.Entry<Integer, String> each : agreed.entrySet()) {
      HeaderExtension extension = HeaderExtension.of(each.getValue());
      if (extension != null) {
        ids = ids.with(extension, each.getKey());
      }
    }
    return ids;
  }

  int ssrc() {
    return ssrc;
  }

  /// Sends a payload, with the time behind it, and answers that time.
  ///
  /// @param transportSequence of all streams of the session
  long send(
      byte[] payload, int length, boolean marker, int timestamp, int transportSequence, long now) {
    int number = sequence++ & 0xFFFF;
    int slot = number % REMEMBERED;
    int at = slot * ROOM;
    header.begin(kept, at, payloadType, marker, number, timestamp, ssrc);
    header.bytes(midId, mid);
    header.absoluteSendTime(sendTimeId, now);
    header.transportSequence(transportId, transportSequence);
    int headerLength = header.end();
    System.arraycopy(payload, 0, kept, at + headerLength, length);
    long sentAt = System.nanoTime();
    Stamp.write(kept, at + headerLength, length, sentAt);
    keptNumber[slot] = number;
    keptHeader[slot] = headerLength;
    keptLength[slot] = headerLength + length;
    session.sendRtp(kept, at, headerLength, headerLength + length);
    packets++;
    octets += length;
    return sentAt;
  }

  /// The same packet once more, as it was; whoever has it drops it.
  void repeat(int number) {
    int slot = number % REMEMBERED;
    if (keptLength[slot] > 0 && keptNumber[slot] == number) {
      session.sendRtp(kept, slot * ROOM, keptHeader[slot], keptLength[slot]);
    }
  }

  void report(RtcpWriter rtcp, long ntp, int timestamp) {
    if (packets > 0) {
      rtcp.senderReport(ssrc, ntp, timestamp, packets, octets);
      rtcp.canonicalName(ssrc, NAME);
    }
  }

  private static final byte[] NAME = {'l', 'o', 'a', 'd'};
  private static final int REMEMBERED = 512;
  private static final int ROOM = 1400;
}
