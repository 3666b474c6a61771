package dev.madang.room.forward;

import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.Red;
import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.room.bandwidth.ArrivalLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one far end sends us: its [Track]s, told apart by SSRC, and the reports by which it learns
/// what arrived. Lives on its transport's loop.
public final class Uplink {
  /// What leaves, at once, during any method of an uplink or of its tracks' relays.
  public interface Output {
    /// A compound RTCP packet to protect and send.
    void sendRtcp(byte[] bytes, int offset, int length);
  }

  /// What happened so far; read on the loop.
  public static final class Counters {
    long packets;
    long bytes;
    long unknown;
    long malformed;
    long lossesAsked;
    long keyframesAsked;
    long recovered;

    public long packets() {
      return packets;
    }

    public long bytes() {
      return bytes;
    }

    /// Packets of no track that was agreed.
    public long unknown() {
      return unknown;
    }

    public long malformed() {
      return malformed;
    }

    public long lossesAsked() {
      return lossesAsked;
    }

    public long keyframesAsked() {
      return keyframesAsked;
    }

    /// Packets of sound that got lost and came by the redundancy of later ones.
    public long recovered() {
      return recovered;
    }
  }

  private final Settings settings;
  private final Output output;
  private final int ownSsrc;
  private final int midId;
  private final int ridId;
  private final int repairedRidId;
  private final int transportSequenceId;
  private final int audioLevelId;
  private final int orientationId;
  private final int descriptorId;
  private final List<Track> tracks = new ArrayList<>(2);
  private final RtpPacket packet = new RtpPacket();
  private final Arrival arrival = new Arrival();
  private final ArrivalLog arrivals = new ArrivalLog();
  private final Red red = new Red();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final byte[] report = new byte[1200];
  private final Reading reading = new Reading();
  private final Counters counters = new Counters();
  private final int[] ssrcs;
  private final Layer[] layerOf;
  private int known;
  private long now;
  private long nextReport;

  /// @param ownSsrc under which our reports go
  public Uplink(Settings settings, ExtensionMap extensions, int ownSsrc, Output output, long now) {
    this.settings = settings;
    this.output = output;
    this.ownSsrc = ownSsrc;
    midId = extensions.id(HeaderExtension.MID);
    ridId = extensions.id(HeaderExtension.RID);
    repairedRidId = extensions.id(HeaderExtension.REPAIRED_RID);
    transportSequenceId = extensions.id(HeaderExtension.TRANSPORT_SEQUENCE);
    audioLevelId = extensions.id(HeaderExtension.AUDIO_LEVEL);
    orientationId = extensions.id(HeaderExtension.VIDEO_ORIENTATION);
    descriptorId = extensions.id(HeaderExtension.DEPENDENCY_DESCRIPTOR);
    ssrcs = new int[settings.streams()];
    layerOf = new Layer[settings.streams()];
    nextReport = now + REPORT_NANOS;
  }

  // ---- tracks -----------------------------------------------------------------------------------

  /// A source that the far end may send from now on.
  ///
  /// @param codings with the payload types that the far end sends; the usual one first
  /// @param rids its layers, the smallest picture first; empty without simulcast
  public Track publish(
      String mid, Kind kind, List<Coding> codings, List<String> rids, Track.Output home) {
    Track track = new Track(this, mid, kind, codings, rids, home);
    tracks.add(track);
    return track;
  }

  /// The far end said under which SSRCs it sends a track without simulcast.
  ///
  /// @param retransmissionSsrc 0 = none
  public void announce(Track track, int ssrc, int retransmissionSsrc, long now) {
    Layer layer = track.layer(0);
    if (learn(ssrc, layer)) {
      layer.becomes(ssrc, now);
      if (retransmissionSsrc != 0 && learn(retransmissionSsrc, layer)) {
        layer.retransmissionSsrc = retransmissionSsrc;
      }
    }
  }

  public void withdraw(Track track) {
    tracks.remove(track);
    for (int i = known - 1; i >= 0; i--) {
      if (layerOf[i].track == track) {
        known--;
        ssrcs[i] = ssrcs[known];
        layerOf[i] = layerOf[known];
        Arrays.fill(layerOf, known, known + 1, null);
      }
    }
  }

  public List<Track> tracks() {
    return tracks;
  }

  // ---- the way of a packet ----------------------------------------------------------------------

  /// A datagram that was unprotected. The bytes may be changed, and a few before them.
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {
    if (!packet.read(bytes, offset, length)) {
      counters.malformed++;
      return;
    }
    counters.packets++;
    counters.bytes += length;
    int sequence = packet.extensionShort(transportSequenceId);
    if (sequence >= 0) {
      arrivals.arrived(sequence, length, now);
    }
    Layer layer = layer(packet.ssrc(), now);
    if (layer == null) {
      counters.unknown++;
    } else if (!layer.receive(packet, arrival, now)) {
      counters.malformed++;
    }
  }

  private @Nullable Layer layer(int ssrc, long now) {
    for (int i = 0; i < known; i++) {
      if (ssrcs[i] == ssrc) {
        return layerOf[i];
      }
    }
    return discover(ssrc, now);
  }

  /// A stream nobody announced says by its header extensions where it belongs (RFC 9143, RFC 8852);
  /// without them its payload type must be of one track only.
  private @Nullable Layer discover(int ssrc, long now) {
    Track track = packet.hasExtension(midId) ? byMid() : byPayloadType();
    if (track == null) {
      return null;
    }
    boolean repairs = track.retransmits(packet.payloadType()) >= 0;
    if (!repairs && track.coding(packet.payloadType()) < 0) {
      return null;
    }
    int index = track.rids().isEmpty() ? 0 : rid(track, repairs ? repairedRidId : ridId);
    if (index < 0 || !learn(ssrc, track.layer(index))) {
      return null;
    }
    Layer layer = track.layer(index);
    if (repairs) {
      layer.retransmissionSsrc = ssrc;
    } else {
      layer.becomes(ssrc, now);
    }
    return layer;
  }

  private @Nullable Track byMid() {
    for (int i = 0; i < tracks.size(); i++) {
      if (packet.extensionIs(midId, tracks.get(i).midBytes())) {
        return tracks.get(i);
      }
    }
    return null;
  }

  private @Nullable Track byPayloadType() {
    Track only = null;
    for (int i = 0; i < tracks.size(); i++) {
      Track track = tracks.get(i);
      if (track.coding(packet.payloadType()) >= 0 || track.retransmits(packet.payloadType()) >= 0) {
        if (only != null) {
          return null;
        }
        only = track;
      }
    }
    return only;
  }

  private int rid(Track track, int id) {
    for (int i = 0; i < track.rids().size(); i++) {
      if (packet.extensionIs(id, track.ridBytes(i))) {
        return i;
      }
    }
    return -1;
  }

  private boolean learn(int ssrc, Layer layer) {
    if (known == ssrcs.length) {
      return false;
    }
    ssrcs[known] = ssrc;
    layerOf[known++] = layer;
    return true;
  }

  /// Fills in what the header says beside the payload.
  void readExtensions(RtpPacket packet, Arrival arrival) {
    arrival.orientation = packet.extensionByte(orientationId);
    arrival.audioLevel = packet.extensionByte(audioLevelId);
  }

  Red red() {
    return red;
  }

  int descriptorId() {
    return descriptorId;
  }

  // ---- reports ----------------------------------------------------------------------------------

  /// A compound RTCP packet of the far end, decrypted.
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    this.now = now;
    RtcpReader.read(bytes, offset, length, reading);
  }

  private final class Reading implements RtcpReader.Output {
    @Override
    public void senderReport(int ssrc, long ntp, int rtpTime, int packets, int octets) {
      for (int i = 0; i < known; i++) {
        if (ssrcs[i] == ssrc && layerOf[i].ssrc == ssrc) {
          layerOf[i].senderReport(ntp, rtpTime, now);
        }
      }
    }
  }

  public void tick(long now) {
    for (int i = 0; i < known; i++) {
      if (ssrcs[i] == layerOf[i].ssrc) {
        layerOf[i].tick(now);
      }
    }
    for (int i = 0; i < tracks.size(); i++) {
      Track track = tracks.get(i);
      if (track.deadline() != Long.MAX_VALUE && now - track.deadline() >= 0) {
        track.tick(now);
      }
    }
    if (now - arrivals.deadline() >= 0 && arrivals.deadline() != Long.MAX_VALUE) {
      tellArrivals(now);
    }
    if (now - nextReport >= 0) {
      nextReport = now + REPORT_NANOS;
      report(now);
    }
  }

  public long deadline() {
    long first = nextReport;
    long arrivalsDue = arrivals.deadline();
    if (arrivalsDue != Long.MAX_VALUE && arrivalsDue - first < 0) {
      first = arrivalsDue;
    }
    for (int i = 0; i < tracks.size(); i++) {
      long due = tracks.get(i).deadline();
      if (due != Long.MAX_VALUE && due - first < 0) {
        first = due;
      }
    }
    for (int i = 0; i < known; i++) {
      long due = layerOf[i].deadline();
      if (due != Long.MAX_VALUE && due - first < 0) {
        first = due;
      }
    }
    return first;
  }

  private void tellArrivals(long now) {
    while (arrivals.next(now)) {
      begin();
      arrivals.told(
          rtcp.transportFeedback(
              ownSsrc,
              ssrcs[0],
              arrivals.feedbackCount(),
              arrivals.base(),
              arrivals.times(),
              0,
              arrivals.count()));
      if (rtcp.length() > 0) {
        output.sendRtcp(report, 0, rtcp.length());
      }
    }
  }

  private void report(long now) {
    rtcp.begin(report, 0, report.length);
    rtcp.receiverReport(ownSsrc);
    int blocks = 0;
    for (int i = 0; i < known && blocks < MOST_BLOCKS; i++) {
      if (layerOf[i].live() && ssrcs[i] == layerOf[i].ssrc) {
        blocks += layerOf[i].statistics().report(rtcp, now) ? 1 : 0;
      }
    }
    rtcp.canonicalName(ownSsrc, settings.canonicalName());
    output.sendRtcp(report, 0, rtcp.length());
  }

  void pictureLoss(int ssrc) {
    counters.keyframesAsked++;
    begin();
    rtcp.pictureLoss(ownSsrc, ssrc);
    output.sendRtcp(report, 0, rtcp.length());
  }

  void nack(int ssrc, int[] sequences, int count) {
    counters.lossesAsked += count;
    begin();
    rtcp.nack(ownSsrc, ssrc, sequences, 0, count);
    output.sendRtcp(report, 0, rtcp.length());
  }

  /// RFC 5506: feedback needs no report before it, where both sides agreed (rtcp-rsize).
  private void begin() {
    rtcp.begin(report, 0, report.length);
  }

  public Counters counters() {
    return counters;
  }

  private static final long REPORT_NANOS = 1_000_000_000L;
  private static final int MOST_BLOCKS = 31;
}
