package dev.madang.protocol.rtp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down what an RTCP packet said, a line each. */
final class RtcpLog implements RtcpReader.Output {
  final List<String> lines = new ArrayList<>();

  /** What a packet says, with `lie` at the end when it did not hold together. */
  static List<String> of(byte[] bytes, int offset, int length) {
    RtcpLog log = new RtcpLog();
    if (!RtcpReader.read(bytes, offset, length, log)) {
      log.lines.add("lie");
    }
    return log.lines;
  }

  static List<String> of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  @Override
  public void senderReport(int ssrc, long ntp, int rtpTime, int packets, int octets) {
    add("sr", ssrc, Long.toHexString(ntp), rtpTime, packets, octets);
  }

  @Override
  public void receiverReport(int ssrc) {
    add("rr", ssrc);
  }

  @Override
  public void reportBlock(
      int reporter,
      int ssrc,
      int fractionLost,
      int cumulativeLost,
      int highestSequence,
      int jitter,
      int lastReport,
      int sinceLastReport) {
    add(
        "block",
        reporter,
        ssrc,
        fractionLost,
        cumulativeLost,
        highestSequence,
        jitter,
        lastReport,
        sinceLastReport);
  }

  @Override
  public void canonicalName(int ssrc, byte[] bytes, int offset, int length) {
    add("cname", ssrc, new String(bytes, offset, length, StandardCharsets.UTF_8));
  }

  @Override
  public void bye(int ssrc) {
    add("bye", ssrc);
  }

  @Override
  public void nack(int mediaSsrc, int first, int following) {
    add("nack", mediaSsrc, first, Integer.toBinaryString(following));
  }

  @Override
  public void pictureLoss(int mediaSsrc) {
    add("pli", mediaSsrc);
  }

  @Override
  public void fullIntra(int mediaSsrc, int count) {
    add("fir", mediaSsrc, count);
  }

  @Override
  public void receiverEstimate(long bitrate) {
    add("remb", bitrate);
  }

  @Override
  public void receiverEstimateSource(int ssrc) {
    add("remb of", ssrc);
  }

  @Override
  public void transportFeedback(int mediaSsrc, int count, int packets) {
    add("twcc", mediaSsrc, count, packets);
  }

  @Override
  public void transportFeedbackPacket(int sequence, boolean received, long arrival) {
    if (received) {
      add("got", sequence, arrival);
    } else {
      add("lost", sequence);
    }
  }

  @Override
  public void transportFeedbackEnd() {
    add("end");
  }

  @Override
  public void receiverReferenceTime(int ssrc, long ntp) {
    add("rrtr", ssrc, Long.toHexString(ntp));
  }

  @Override
  public void delaySinceReference(
      int reporter, int ssrc, int lastReference, int sinceLastReference) {
    add("dlrr", reporter, ssrc, lastReference, sinceLastReference);
  }

  private void add(Object... words) {
    StringBuilder line = new StringBuilder();
    for (Object word : words) {
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
  }
}
