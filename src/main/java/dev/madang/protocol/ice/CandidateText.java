package dev.madang.protocol.ice;

import dev.madang.protocol.ice.IceCandidate.Transport;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import org.jspecify.annotations.Nullable;

/// The line of a candidate.
///
/// RFC 8839 §5.1: "candidate-attribute = "candidate" ":" foundation SP component-id SP transport SP
/// priority SP connection-address SP port SP cand-type [SP rel-addr] [SP rel-port] *(SP
/// cand-extension)".
final class CandidateText {
  private CandidateText() {}

  static IceCandidate parse(String line) {
    if (line.length() > MAX_LENGTH) {
      throw new ProtocolException("a candidate of " + line.length() + " characters");
    }
    String[] words = bare(line).split(" ", MAX_WORDS);
    if (words.length < 8 || !words[6].equals("typ")) {
      throw new ProtocolException("a candidate without its first eight words");
    }
    String tcpType = null;
    String relatedHost = null;
    int relatedPort = 0;
    String ufrag = "";
    // The rest are pairs of a name and a value.
    for (int i = 8; i + 1 < words.length; i += 2) {
      switch (words[i]) {
        case "raddr" -> relatedHost = words[i + 1];
        case "rport" -> relatedPort = (int) number(words[i + 1], 0xFFFF);
        case "tcptype" -> tcpType = words[i + 1];
        case "ufrag" -> ufrag = words[i + 1];
        default -> {}
      }
    }
    Transport transport = IceCandidate.transport(words[2], tcpType);
    int port = (int) number(words[5], 0xFFFF);
    return new IceCandidate(
        words[0],
        (int) number(words[1], 256),
        transport,
        number(words[3], 0xFFFF_FFFFL),
        words[4],
        port,
        literal(words[4], port),
        IceCandidate.type(words[7]),
        relatedHost == null ? null : literal(relatedHost, relatedPort),
        ufrag);
  }

  static String write(IceCandidate candidate) {
    StringBuilder line = new StringBuilder(96);
    line.append("candidate:").append(candidate.foundation());
    line.append(' ').append(candidate.component());
    line.append(candidate.transport().isTcp() ? " tcp " : " udp ").append(candidate.priority());
    line.append(' ').append(candidate.host()).append(' ').append(candidate.port());
    line.append(" typ ").append(candidate.typeWord());
    Address related = candidate.related();
    if (related != null) {
      line.append(" raddr ").append(related.ipText()).append(" rport ").append(related.port());
    }
    if (candidate.transport().isTcp()) {
      line.append(" tcptype ").append(candidate.tcpWord());
    }
    if (!candidate.ufrag().isEmpty()) {
      line.append(" ufrag ").append(candidate.ufrag());
    }
    return line.toString();
  }

  private static String bare(String line) {
    int from = line.startsWith("a=") ? 2 : 0;
    if (!line.startsWith("candidate:", from)) {
      throw new ProtocolException("no candidate: " + Text.shortened(line));
    }
    return line.substring(from + "candidate:".length());
  }

  /** Null for a name, which is never looked up. */
  private static @Nullable Address literal(String host, int port) {
    char last = host.isEmpty() ? ' ' : host.charAt(host.length() - 1);
    if (host.indexOf(':') < 0 && (last < '0' || last > '9')) {
      return null;
    }
    try {
      return Address.parse(host, port);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException("a candidate at " + Text.shortened(host));
    }
  }

  private static long number(String text, long max) {
    long value = 0;
    boolean good = !text.isEmpty() && text.length() <= 10;
    for (int i = 0; good && i < text.length(); i++) {
      char c = text.charAt(i);
      good = c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    if (!good || value > max) {
      throw new ProtocolException("the number " + Text.shortened(text) + " in a candidate");
    }
    return value;
  }

  private static final int MAX_LENGTH = 1024;
  private static final int MAX_WORDS = 64;
}
