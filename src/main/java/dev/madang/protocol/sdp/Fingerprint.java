package dev.madang.protocol.sdp;

import dev.madang.wire.Bytes;
import dev.madang.wire.ProtocolException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A hash of the certificate that its owner will show (RFC 8122 §5).
///
/// @param algorithm `sha-256`, `sha-384` or `sha-512`; weaker ones are not read
public record Fingerprint(String algorithm, Bytes hash) {
  public Fingerprint {
    int size = size(algorithm);
    if (size == 0) {
      throw new IllegalArgumentException(algorithm + " is no hash that we trust");
    }
    if (hash.size() != size) {
      throw new ProtocolException("a " + algorithm + " fingerprint of " + hash.size() + " bytes");
    }
  }

  /** Reads `sha-256 12:DF:…`; null when the algorithm is none that we trust. */
  static @Nullable Fingerprint parse(String text) {
    int space = text.indexOf(' ');
    String algorithm = (space < 0 ? text : text.substring(0, space)).toLowerCase(Locale.ROOT);
    if (size(algorithm) == 0) {
      return null;
    }
    try {
      return new Fingerprint(
          algorithm,
          Bytes.of(HexFormat.ofDelimiter(":").parseHex(text.substring(space + 1).trim())));
    } catch (IllegalArgumentException e) {
      throw new ProtocolException("the fingerprint " + Words.shortened(text));
    }
  }

  private static int size(String algorithm) {
    return switch (algorithm) {
      case "sha-256" -> 32;
      case "sha-384" -> 48;
      case "sha-512" -> 64;
      default -> 0;
    };
  }

  /** As it stands behind `a=fingerprint:`. */
  @Override
  public String toString() {
    return algorithm + " " + HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash.toArray());
  }
}
