package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A media section: an `m=` line and what follows it, with what stood above all sections where the
/// section says nothing of its own. Attributes that are not here are not kept.
///
/// @param media the word of the `m=` line
/// @param port 0 = refused, unless the section is bundle-only
/// @param formats the last words of the `m=` line
/// @param mid empty when there is none
/// @param codecs in the order of `formats`; formats without a known `rtpmap` are missing
/// @param simulcast null when there is none
/// @param sctp null when the section is no SCTP association
public record MediaSection(
    String media,
    int port,
    String protocol,
    List<String> formats,
    String mid,
    Direction direction,
    boolean rtcpMux,
    boolean rtcpRsize,
    boolean bundleOnly,
    List<Codec> codecs,
    List<Extension> extensions,
    List<Msid> msids,
    List<Source> sources,
    List<SourceGroup> groups,
    List<Rid> rids,
    @Nullable Simulcast simulcast,
    TransportDescription transport,
    @Nullable SctpDescription sctp) {

  /// Which stream and which track in it the section carries (RFC 8830).
  ///
  /// @param stream empty = no stream (written as `-`)
  /// @param track empty when not told
  public record Msid(String stream, String track) {
    public Msid {
      Words.words(stream, 64, "stream");
      Words.words(track, 64, "track");
    }
  }

  /// An SSRC (RFC 5576 §4.1).
  ///
  /// @param ssrc an unsigned 32-bit number
  /// @param cname empty when not told
  public record Source(long ssrc, String cname) {
    public Source {
      if (ssrc < 0 || ssrc > 0xFFFF_FFFFL) {
        throw new ProtocolException("the SSRC " + ssrc);
      }
      Words.words(cname, 256, "cname");
    }
  }

  /// SSRCs that belong together (RFC 5576 §4.2): `FID` is a source and its retransmission, `SIM`
  /// the layers of a simulcast, `FEC-FR` a source and its repair.
  public record SourceGroup(String semantics, List<Long> ssrcs) {
    public SourceGroup {
      Words.word(semantics, 16, "group of SSRCs");
      ssrcs = List.copyOf(ssrcs);
    }
  }

  /** A restriction identifier (RFC 8851); `sends` is seen from whoever wrote it. */
  public record Rid(String id, boolean sends) {
    public Rid {
      Words.rid(id);
    }
  }

  /// RFC 8853 §5.1. Of alternatives for one layer the first is kept; whether a layer begins paused
  /// is not.
  ///
  /// @param send rids in order
  /// @param receive rids in order
  public record Simulcast(List<String> send, List<String> receive) {
    public Simulcast {
      send.forEach(Words::rid);
      receive.forEach(Words::rid);
      send = List.copyOf(send);
      receive = List.copyOf(receive);
    }
  }

  public MediaSection {
    Words.word(media, 32, "media");
    Words.word(protocol, 64, "transport protocol");
    formats.forEach(format -> Words.word(format, 64, "format"));
    Words.words(mid, 32, "mid");
    formats = List.copyOf(formats);
    codecs = List.copyOf(codecs);
    extensions = List.copyOf(extensions);
    msids = List.copyOf(msids);
    sources = List.copyOf(sources);
    groups = List.copyOf(groups);
    rids = List.copyOf(rids);
  }

  public Kind kind() {
    return switch (media) {
      case "audio" -> Kind.AUDIO;
      case "video" -> Kind.VIDEO;
      case "application" -> sctp == null ? Kind.OTHER : Kind.DATA;
      default -> Kind.OTHER;
    };
  }

  /** Whether whoever wrote it refuses it. RFC 9143 §6: bundle-only sections are written with 0. */
  public boolean refused() {
    return port == 0 && !bundleOnly;
  }

  /** The codec of a payload type, or null. */
  public @Nullable Codec codec(int payloadType) {
    for (Codec codec : codecs) {
      if (codec.payloadType() == payloadType) {
        return codec;
      }
    }
    return null;
  }

  /** The retransmission of a payload type, or null. */
  @Nullable Codec rtxOf(int payloadType) {
    for (Codec codec : codecs) {
      if (codec.repeats() == payloadType) {
        return codec;
      }
    }
    return null;
  }
}
